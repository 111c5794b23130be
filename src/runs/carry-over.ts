import { FIRST_THRESHOLD } from '../catalog/models.js';
import { heldOutScores, scoresOf, thresholdBefore } from '../catalog/threshold-before.js';
import type { Db } from '../db.js';
import { calibratedScore, type Calibration, type HeldOut } from '../ml/calibration.js';
import { equalPrecision, equalShare, type Carried } from '../ml/carry-threshold.js';
import type { UnlabelledSample } from './unlabelled-sample.js';

/** How a new model gets its first threshold from the model in force. */
export type Carry = 'PRECISION' | 'SHARE' | 'NONE';

/**
 * The first threshold of a new model, with a note that says where it comes from. A threshold that somebody set stands for a
 * choice, and the same number on other scores would be another choice: so it is carried over by equal precision on held-out labels,
 * or by an equal share of unlabelled images kept where the precision is not known or `carry` says so.
 */
export async function firstThreshold(
  db: Db,
  { collectionId, carry }: { collectionId: number; carry: Carry },
  { heldOut, sample, calibration }: { heldOut: HeldOut; sample: UnlabelledSample; calibration: Calibration },
): Promise<{ value: number; note: string }> {
  const before = carry === 'NONE' ? null : await thresholdBefore(db, collectionId);
  if (before === null) return { value: FIRST_THRESHOLD, note: 'default' };
  const { modelId, number, value, who } = before;
  const from = `from v${number}, where ${who} had it at ${value}`;
  const scoreOf = (logit: number) => calibratedScore(calibration, logit);
  if (carry === 'PRECISION') {
    const older = await heldOutScores(db, modelId);
    const carried = equalPrecision(
      {
        scores: Float32Array.from(older, ({ score }) => score),
        labels: Uint8Array.from(older, (label) => (label.value === 'POSITIVE' ? 1 : 0)),
      },
      value,
      { scores: heldOut.logits.map(scoreOf), labels: heldOut.labels },
      calibration.balance ?? 0.5,
    );
    if (carried !== null) return noted(carried, 'precision on held-out labels', from);
  }
  const older = await scoresOf(db, modelId, sample.imageIds);
  const both = sample.imageIds.flatMap((id, i) => (older.has(id) ? [{ id, i }] : []));
  const carried = equalShare(
    Float32Array.from(both, ({ id }) => older.get(id)!),
    value,
    Float32Array.from(both, ({ i }) => scoreOf(sample.logits[i])),
  );
  if (carried !== null) return noted(carried, `share kept of ${both.length} unlabelled images`, from);
  const note = `default: nothing to carry the threshold over by ${from}`;
  return { value: FIRST_THRESHOLD, note };
}

function noted({ threshold, before, after }: Carried, what: string, from: string): { value: number; note: string } {
  const note = `carried over ${from}, by equal ${what}: ${percent(before)} there, ${percent(after)} here`;
  return { value: threshold, note };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
