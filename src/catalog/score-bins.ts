import type { EntityManager } from 'typeorm';

import { rows } from '../db.js';
import { labelSql } from './image-columns.js';

/** Scores of a model, and how many of them are of images that are labelled so now. */
export interface Tally {
  images: number;
  positives: number;
  negatives: number;
}

/** How many bins there are, as wide as each other. */
const BINS = 10_000;

/** A tally as columns of SQL. */
export const TALLY_COLUMNS = 'images, positives, negatives';

/**
 * SQL of a row of TALLY_COLUMNS: the scores of a model that are a value or more. Counting is not scanning: it sums the totals
 * of higher hundreds of bins, then the higher bins of its own hundred, then the scores of its own bin from it on, by index.
 *
 * Where the value is the lower edge of its bin rounded to `real`, these are the whole bin: no `real` lies between that edge and
 * its nearest one. So nothing is scanned at thresholds of four decimals, but for scores that are exactly the threshold, where
 * rounding puts it into the bin below. No score in a bin exceeds the bin's upper edge rounded to `real`: the next `real` lies
 * above the edge by half a unit in the last place or more, far more than the multiplication in score_bin can err.
 * @param modelId SQL of an integer
 * @param value SQL of a `real`
 */
export function reachedSql(modelId: string, value: string): string {
  const bin = `winnow.score_bin(${value})`;
  return `(
    select coalesce(sum(images), 0) as images, coalesce(sum(positives), 0) as positives, coalesce(sum(negatives), 0) as negatives
      from (select ${TALLY_COLUMNS} from winnow.score_totals where model_id = ${modelId} and hundred > ${bin} / 100
            union all
            select ${TALLY_COLUMNS} from winnow.score_bins
             where model_id = ${modelId} and bin >= ${bin} + (case when ${isBinEdgeSql(value)} then 0 else 1 end)
               and bin < (${bin} / 100 + 1) * 100
            union all
            select ${TALLY_COLUMNS} from ${ownBinSql(modelId, value)} own where not ${isBinEdgeSql(value)}) parts)`;
}

/** The bin that a value is the lower edge of, 0 to 10,000; null for one of more than four decimals. */
export function binEdge(value: number): number | null {
  const bin = Math.round(value * BINS);
  return bin / BINS === value ? bin : null;
}

/**
 * SQL as `reachedSql`, of a value that is the lower edge of a bin (`binEdge`), which leaves less to plan: of the scores it needs
 * at most those that are exactly the value, where rounding puts them into the bin below.
 * @param edge SQL of an integer
 */
export function reachedFromEdgeSql(modelId: string, value: string, edge: string): string {
  return `(
    select coalesce(sum(images), 0) as images, coalesce(sum(positives), 0) as positives, coalesce(sum(negatives), 0) as negatives
      from (select ${TALLY_COLUMNS} from winnow.score_totals where model_id = ${modelId} and hundred > ${edge} / 100
            union all
            select ${TALLY_COLUMNS} from winnow.score_bins
             where model_id = ${modelId} and bin >= ${edge} and bin < (${edge} / 100 + 1) * 100
            union all
            select count(*), count(*) filter (where label = 'POSITIVE'), count(*) filter (where label = 'NEGATIVE')
              from (select ${labelSql(modelId, 's.image_id')} as label from winnow.scores s
                     where s.model_id = ${modelId} and s.score = ${value} and winnow.score_bin(${value}) < ${edge} offset 0) s) parts)`;
}

/** SQL of whether a `real` is the lower edge of its bin, rounded as it is. */
export function isBinEdgeSql(value: string): string {
  return `(${value} = (winnow.score_bin(${value}) / 10000::double precision)::real)`;
}

/** SQL of a row of TALLY_COLUMNS: the scores that are a value or more but in the same bin, one by one. */
export function ownBinSql(modelId: string, value: string): string {
  const bin = `winnow.score_bin(${value})`;
  return `(
    select count(*) as images, count(*) filter (where label = 'POSITIVE') as positives,
           count(*) filter (where label = 'NEGATIVE') as negatives
      from (select ${labelSql(modelId, 's.image_id')} as label from winnow.scores s
             where s.model_id = ${modelId} and s.score >= ${value} and s.score <= ((${bin} + 1) / 10000::double precision)::real
               and winnow.score_bin(s.score) = ${bin} offset 0) s)`;
}

/** SQL of a row of TALLY_COLUMNS: all scores of a model. */
export function scoredSql(modelId: string): string {
  return `(
    select coalesce(sum(images), 0) as images, coalesce(sum(positives), 0) as positives, coalesce(sum(negatives), 0) as negatives
      from winnow.score_totals where model_id = ${modelId})`;
}

/**
 * SQL of rows (model, bin, TALLY_COLUMNS): the bins of a table of scores of one model, by counting. The labels are joined to
 * the bins' counts, not to the scores: they are few.
 * @param modelId SQL of an integer
 * @param table SQL of something with the columns image_id and score
 */
export function tallySql(modelId: string, table: string): string {
  return `
    select ${modelId}, bin, sum(images), sum(positives), sum(negatives)
      from (select winnow.score_bin(score) as bin, count(*) as images, 0 as positives, 0 as negatives from ${table} s group by 1
            union all
            select winnow.score_bin(s.score), 0, (l.value = 'POSITIVE')::integer, (l.value = 'NEGATIVE')::integer
              from winnow.labels l join ${table} s on s.image_id = l.image_id
             where l.collection_id = (select collection_id from winnow.models where id = ${modelId}) and l.superseded_at is null) parts
     group by bin`;
}

/**
 * Counts the bins of a model anew. The transaction must hold the row of the collection (lockCollectionOf).
 * @param table with the scores of this model and no others
 */
export async function countBins(tx: EntityManager, table: string, modelId: number): Promise<void> {
  await rows(tx, 'delete from winnow.score_bins where model_id = $1', [modelId]);
  await rows(tx, `insert into winnow.score_bins (model_id, bin, ${TALLY_COLUMNS}) ${tallySql('$1::integer', table)}`, [
    modelId,
  ]);
}
