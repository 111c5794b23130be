import { rows, type Db } from '../db.js';
import { WinnowError } from '../errors.js';
import { scoresAtOrAboveSql } from './score-bins.js';
import { checkThreshold, thresholdInForce } from './thresholds.js';
import { verdictSql } from './verdict.js';

export interface Counts {
  /** The threshold that was counted at. */
  threshold: number;
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

/**
 * Exact counts at a threshold: the one in force when none is given.
 *
 * Counting is not scanning: above and below are sums over the bins and a scan of the one bin the threshold falls into;
 * ok and ng follow by looking at the labelled images, which are few, one by one. All of it is one statement, so it is
 * consistent while scores are written.
 * @throws WinnowError NOT_FOUND when there is no such model; BAD_INPUT when the threshold is not within 0..1
 */
export async function countsAt(
  db: Db,
  { modelId, threshold }: { modelId: number; threshold?: number },
): Promise<Counts> {
  if (threshold !== undefined) checkThreshold(threshold);
  const value = threshold ?? (await thresholdInForce(db, modelId)).value;
  const verdict = verdictSql({ label: 'l.value', score: 's.score', threshold: '$2::real' });
  const [counts] = await rows<Counts>(
    db,
    `with model as (
       select m.id, m.collection_id, c.images from winnow.models m join winnow.collections c on c.id = m.collection_id
        where m.id = $1),
     scored as (
       select ${scoresAtOrAboveSql('$1', '$2::real')} as above,
              (select coalesce(sum(b.images), 0) from winnow.score_bins b where b.model_id = $1) as scored),
     labelled as (
       select count(*) as labelled,
              count(*) filter (where ${verdict} = 'OK') - count(*) filter (where s.score >= $2::real) as more_ok,
              count(*) filter (where ${verdict} = 'NG') - count(*) filter (where s.score < $2::real) as more_ng
         from model m
         join winnow.labels l on l.collection_id = m.collection_id and l.superseded_at is null
         left join winnow.scores s on s.model_id = $1 and s.image_id = l.image_id)
     select $2::real as threshold, above::integer, (scored - above)::integer as below, (above + more_ok)::integer as ok,
            (scored - above + more_ng)::integer as ng, labelled::integer, (images - scored)::integer as unscored
       from model, scored, labelled`,
    [modelId, value],
    'counts-at',
  );
  if (counts === undefined) throw new WinnowError('NOT_FOUND', `There is no model with the id ${modelId}.`);
  return counts;
}
