import { rm } from 'node:fs/promises';

import type { TrainingLabel } from '../catalog/labels.js';
import { WinnowError } from '../errors.js';
import { sigmoid } from '../ml/metrics.js';
import { trainHead, type TrainedHead, type TrainingSet, type TrainOptions } from '../ml/training.js';
import { mirrorsOf } from './augmentation.js';
import type { FeatureSpec } from './networks.js';
import type { ChunkInHand, RunInHand } from './stage.js';
import { makeMissing, withFeatures } from './train-labels.js';

export interface Compared {
  /** The features in float that the model would have read. */
  readonly float: FeatureSpec;
  readonly labels: TrainingLabel[];
  readonly set: TrainingSet;
  readonly trained: TrainedHead;
  readonly options: TrainOptions;
  /** For the weights of the epochs. */
  readonly directory: string;
  /** Of the AUC, from which the model is refused. */
  readonly maxAucLoss: number;
}

/**
 * What 8-bit features cost: a second head learns from the float features of the same labels, with the same options, folds
 * and seed, and both are judged on the same held-out labels.
 * @returns metrics of the model: the other head's AUC, how much of it was lost (negative when it was gained), the share of
 *   held-out labels on the same side of a score of 0.5, and the mean difference of the scores.
 * @throws WinnowError PRECISION_LOST when more is lost than is permitted, CANCELLED
 */
export async function quantisationLoss(
  run: RunInHand<object>,
  chunk: ChunkInHand<object>,
  { float, labels, set, trained, options, directory, maxAucLoss }: Compared,
): Promise<Record<string, number | null>> {
  await makeMissing(run, chunk, float, labels);
  const { labels: usable, vectors } = await withFeatures(run, float, labels);
  if (usable.length !== labels.length) {
    const message = `${labels.length - usable.length} labelled images have features in INT8 and none in FP32, so the two cannot be compared. Train again.`;
    throw new WinnowError('INTERNAL', message);
  }
  const mirrors = set.mirrors && (await mirrorsOf(run, chunk, float, labels));
  const other = await trainHead({ ...set, features: vectors, mirrors }, options, { directory, signal: chunk.signal });
  await rm(directory, { recursive: true, force: true });
  const fp32ValidationAuc = other.metrics.validationAuc;
  const { validationAuc } = trained.metrics;
  const aucLost = lostAuc(validationAuc, fp32ValidationAuc, maxAucLoss);
  return { fp32ValidationAuc, aucLost, ...agreement(trained.heldOutLogits, other.heldOutLogits) };
}

/**
 * How much of the AUC is lost; null where there is none to compare.
 * @throws WinnowError PRECISION_LOST when it is more than `most`
 */
export function lostAuc(int8: number | null, fp32: number | null, most: number): number | null {
  if (int8 === null || fp32 === null) return null;
  if (fp32 - int8 <= most) return fp32 - int8;
  throw new WinnowError(
    'PRECISION_LOST',
    `In INT8 the AUC on validation labels is ${int8.toFixed(4)}, in FP32 ${fp32.toFixed(4)}: more than ${most} is lost. ` +
      'Train with precision FP32, or permit it with maxAucLoss.',
  );
}

function agreement(one: Float32Array, other: Float32Array): { scoreAgreement: number; meanScoreDifference: number } {
  let same = 0;
  let difference = 0;
  one.forEach((logit, i) => {
    same += logit >= 0 === other[i] >= 0 ? 1 : 0;
    difference += Math.abs(sigmoid(logit) - sigmoid(other[i]));
  });
  return { scoreAgreement: same / one.length, meanScoreDifference: difference / one.length };
}
