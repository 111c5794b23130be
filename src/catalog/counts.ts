import { rows, type Db } from '../db.js';
import { WinnowError } from '../errors.js';
import { binEdge, reachedFromEdgeSql, reachedSql, scoredSql } from './score-bins.js';
import { checkThreshold } from './thresholds.js';
import { thresholdRecordSql } from './verdict.js';

export interface Counts {
  /** The threshold that was counted at. */
  threshold: number;
  /** The record in the model's history that it comes from; null when it was given. */
  thresholdId: number | null;
  /** Images whose score is the threshold or more, whatever their label. */
  above: number;
  /** Images whose score is less than the threshold, whatever their label. */
  below: number;
  /** Images with the verdict OK: by label, else by score. */
  ok: number;
  /** Images with the verdict NG. */
  ng: number;
  /** Images of the collection with a label in force. */
  labelled: number;
  /** Images of the collection without a score by this model. Those with a label have a verdict all the same. */
  unscored: number;
}

/** A model, and the threshold to count at: the one in force when left out. */
export interface CountsAsked {
  modelId: number;
  threshold?: number;
}

/**
 * Exact counts at a threshold.
 * @throws WinnowError NOT_FOUND when there is no such model; BAD_INPUT when the threshold is not within 0..1
 */
export async function countsAt(db: Db, asked: CountsAsked): Promise<Counts> {
  const [counts] = await countsOf(db, [asked]);
  if (counts === null) throw new WinnowError('NOT_FOUND', `There is no model with the id ${asked.modelId}.`);
  return counts;
}

/**
 * Exact counts for each question, null where there is no such model.
 *
 * Sums over the bins, which know the labels, and a scan of the one bin the threshold falls into. All of it is one statement,
 * so it is consistent while scores and labels are written.
 * @throws WinnowError BAD_INPUT when a threshold is not within 0..1
 */
export async function countsOf(db: Db, asked: readonly CountsAsked[]): Promise<(Counts | null)[]> {
  for (const { threshold } of asked) if (threshold !== undefined) checkThreshold(threshold);
  if (asked.length === 1) {
    const [{ modelId, threshold }] = asked;
    const edge = threshold === undefined ? null : binEdge(threshold);
    if (edge !== null) {
      const [counts] = await rows<Counts>(db, AT_AN_EDGE, [modelId, threshold, edge], 'counts-at-an-edge');
      return [counts ?? null];
    }
  }
  const found = await rows<Counts & { at: string }>(
    db,
    ANYWHERE,
    [asked.map(({ modelId }) => modelId), asked.map(({ threshold }) => threshold ?? null)],
    'counts-of',
  );
  const counts = new Map(found.map(({ at, ...row }) => [Number(at), row]));
  return asked.map((_, i) => counts.get(i + 1) ?? null);
}

// By label, else by score, as in verdict.ts: those that reach the threshold without a label, and all that are labelled POSITIVE.
const COUNTS = `
  asked.threshold, asked.threshold_id as "thresholdId", reached.images::integer as above,
  (scored.images - reached.images)::integer as below,
  (reached.images - reached.positives - reached.negatives + asked.positives)::integer as ok,
  (scored.images - scored.positives - scored.negatives
     - reached.images + reached.positives + reached.negatives + asked.negatives)::integer as ng,
  asked.positives + asked.negatives as labelled, (asked.images - scored.images)::integer as unscored`;

// `offset 0` keeps the planner from looking the threshold up wherever it is named.
const ANYWHERE = `
  select asked.at, ${COUNTS}
    from (select asked.at, m.id, c.images, c.positives, c.negatives, coalesce(asked.threshold, t.value) as threshold, t.id as threshold_id
            from unnest($1::integer[], $2::real[]) with ordinality as asked (model_id, threshold, at)
            join winnow.models m on m.id = asked.model_id
            join winnow.collections c on c.id = m.collection_id
            left join lateral ${thresholdRecordSql('m.id')} t on asked.threshold is null offset 0) asked
   cross join lateral ${scoredSql('asked.id')} scored
   cross join lateral ${reachedSql('asked.id', 'asked.threshold')} reached`;

// $1 model, $2 threshold, $3 the bin it is the lower edge of. One model and one threshold of four decimals is what a slider asks
// for. Whether the planner keeps its plan or not, it has far less to decide than in the statement above, which it plans for longer
// than it runs.
const AT_AN_EDGE = `
  select ${COUNTS}
    from (select c.images, c.positives, c.negatives, $2::real as threshold, null::integer as threshold_id
            from winnow.models m join winnow.collections c on c.id = m.collection_id where m.id = $1::integer) asked
   cross join ${scoredSql('$1::integer')} scored
   cross join ${reachedFromEdgeSql('$1::integer', '$2::real', '$3::integer')} reached`;
