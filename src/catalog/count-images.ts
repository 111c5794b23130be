import { rows, type Db } from '../db.js';
import type { Verdict } from '../entities/index.js';
import { countScores, nextUp } from './count-scores.js';
import { branchesOf, Values, type ImagesAsked } from './image-filter.js';
import { reachedSql, scoredSql } from './score-bins.js';

/** Up to so many images are counted one by one. */
export const COUNTED = 10_000;

/** How many images there are; when not exact, there are more than COUNTED and this is the planner's estimate. */
export interface ImageCount {
  count: number;
  exact: boolean;
}

/**
 * How many images are asked for. Exact from the bins where only the score and the verdict matter, exact by counting up to
 * 10,000, else an estimate.
 */
export async function countImages(db: Db, asked: ImagesAsked): Promise<ImageCount> {
  const { score, verdict, ...others } = asked.filter;
  const simple = Object.values(others).every((value) => value === undefined);
  const { modelId, threshold } = asked;
  if (simple && modelId !== null && verdict !== undefined && threshold !== null) {
    return { count: await countVerdicts(db, { ...asked, modelId, threshold, verdict }), exact: true };
  }
  if (simple && modelId !== null && verdict === undefined && (score !== undefined || asked.scoredOnly)) {
    return { count: await countScores(db, { modelId, min: score?.min ?? 0, max: score?.max ?? 1 }), exact: true };
  }
  if (simple && verdict === undefined && score === undefined) {
    const [{ count }] = await rows<{ count: number }>(
      db,
      'select images as count from winnow.collections where id = $1',
      [asked.collectionId],
    );
    return { count, exact: true };
  }
  const { text, values } = imagesSql(asked, COUNTED + 1);
  const [{ count }] = await rows<{ count: number }>(
    db,
    `select count(*)::integer as count from (${text}) found`,
    values,
  );
  if (count <= COUNTED) return { count, exact: true };
  const all = imagesSql(asked);
  const [plan] = await rows<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    db,
    `explain (format json) ${all.text}`,
    all.values,
  );
  return { count: Math.max(count, Math.round(plan['QUERY PLAN'][0].Plan['Plan Rows'])), exact: false };
}

/** The ids of all images that are asked for, in no order; one more than `most` when there are more. */
export async function imagesAsked(db: Db, asked: ImagesAsked, most: number): Promise<number[]> {
  const { text, values } = imagesSql(asked, most + 1);
  return (await rows<{ image_id: number }>(db, text, values)).map((row) => row.image_id);
}

function imagesSql(asked: ImagesAsked, most?: number): { text: string; values: unknown[] } {
  const values = new Values();
  const { score, verdict } = asked.filter;
  const scored = asked.scoredOnly || score !== undefined || verdict !== undefined;
  const union = branchesOf(asked, values, scored ? 'SCORES' : 'COLLECTION').map(
    ({ id, from, where }) => `select ${id} as image_id from ${from} where ${where.join(' and ')}`,
  );
  const limit = most === undefined ? '' : `limit ${values.add(most, 'integer')}`;
  return values.statement(`${union.join(' union all ')} ${limit}`);
}

/** By the bins: the images without a label whose scores are on that side, and those with the label that is on it. */
async function countVerdicts(
  db: Db,
  asked: ImagesAsked & { modelId: number; threshold: number; verdict: Verdict },
): Promise<number> {
  const { modelId, threshold, verdict, scoredOnly, filter } = asked;
  const { min = 0, max = 1 } = filter.score ?? {};
  const t = Math.fround(threshold);
  const [low, high] = verdict === 'OK' ? [Math.max(min, t), nextUp(max)] : [min, Math.min(nextUp(max), t)];
  const labelled = verdict === 'OK' ? 'positives' : 'negatives';
  const unlabelled = (of: string) => `${of}.images - ${of}.positives - ${of}.negatives`;
  const [{ count }] = await rows<{ count: number }>(
    db,
    `select (${unlabelled('low')} - (${unlabelled('high')}) + first.${labelled} - beyond.${labelled}
             + case when $6 then c.${labelled} - scored.${labelled} else 0 end)::integer as count
       from winnow.models m join winnow.collections c on c.id = m.collection_id
      cross join ${reachedSql('$1', '$2::real')} low cross join ${reachedSql('$1', '$3::real')} high
      cross join ${reachedSql('$1', '$4::real')} first cross join ${reachedSql('$1', '$5::real')} beyond
      cross join ${scoredSql('$1')} scored
      where m.id = $1`,
    [modelId, low, Math.max(low, high), min, nextUp(max), !scoredOnly && filter.score === undefined],
    `count-${labelled}`,
  );
  return count;
}
