import { rows, type Db } from '../db.js';
import { WinnowError } from '../errors.js';
import { sameBinAtOrAboveSql } from './score-bins.js';
import { checkThreshold } from './thresholds.js';
import { thresholdRecordSql, verdictSql } from './verdict.js';

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
 * Counting is not scanning: above and below are sums over the bins and a scan of the one bin the threshold falls into;
 * ok and ng follow by looking at the labelled images, which are few, one by one. All of it is one statement, so it is
 * consistent while scores are written.
 * @throws WinnowError BAD_INPUT when a threshold is not within 0..1
 */
export async function countsOf(db: Db, asked: readonly CountsAsked[]): Promise<(Counts | null)[]> {
  for (const { threshold } of asked) if (threshold !== undefined) checkThreshold(threshold);
  const found = await rows<Counts & { at: string }>(
    db,
    SQL,
    [asked.map(({ modelId }) => modelId), asked.map(({ threshold }) => threshold ?? null)],
    'counts-of',
  );
  const counts = new Map(found.map(({ at, ...row }) => [Number(at), row]));
  return asked.map((_, i) => counts.get(i + 1) ?? null);
}

const VERDICT = verdictSql({ label: 'l.value', score: 's.score', threshold: 'm.threshold' });

// `offset 0` keeps the planner from looking the threshold up wherever it is named.
const SQL = `
  select m.at, m.threshold, m.threshold_id as "thresholdId", (beyond + beside)::integer as above, (scored - beyond - beside)::integer as below,
         (beyond + beside + more_ok)::integer as ok, (scored - beyond - beside + more_ng)::integer as ng,
         labelled::integer, (m.images - scored)::integer as unscored
    from (select asked.at, m.id, m.collection_id, c.images, coalesce(asked.threshold, t.value) as threshold, t.id as threshold_id
            from unnest($1::integer[], $2::real[]) with ordinality as asked (model_id, threshold, at)
            join winnow.models m on m.id = asked.model_id
            join winnow.collections c on c.id = m.collection_id
            left join lateral ${thresholdRecordSql('m.id')} t on asked.threshold is null offset 0) m
   cross join lateral (
         select coalesce(sum(b.images), 0) as scored,
                coalesce(sum(b.images) filter (where b.bin > winnow.score_bin(m.threshold)), 0) as beyond
           from winnow.score_bins b where b.model_id = m.id) bins
   cross join lateral ${sameBinAtOrAboveSql('m.id', 'm.threshold')} edge (beside)
   cross join lateral (
         select count(*) as labelled,
                count(*) filter (where ${VERDICT} = 'OK') - count(*) filter (where s.score >= m.threshold) as more_ok,
                count(*) filter (where ${VERDICT} = 'NG') - count(*) filter (where s.score < m.threshold) as more_ng
           from winnow.labels l
           left join winnow.scores s on s.model_id = m.id and s.image_id = l.image_id
          where l.collection_id = m.collection_id and l.superseded_at is null) labels`;
