import { rows, type Db } from '../db.js';

/** SQL of how many scores of a model are a value or more: those in higher bins, and those of its own bin, by index. */
export function scoresAtOrAboveSql(modelId: string, value: string): string {
  return `(
    (select coalesce(sum(b.images), 0) from winnow.score_bins b
      where b.model_id = ${modelId} and b.bin > winnow.score_bin(${value})) + ${sameBinAtOrAboveSql(modelId, value)})`;
}

/**
 * SQL of how many scores of a model are a value or more but fall into the same bin. Where the value is the bin's lower edge
 * rounded to `real`, they are the whole bin: no `real` lies between that edge and its nearest one. So nothing is scanned at
 * thresholds of four decimals, but for scores that are exactly the threshold, where rounding puts it into the bin below.
 *
 * No score in a bin exceeds the bin's
 * upper edge rounded to `real`: the next `real` lies above the edge by half a unit in the last place or more, far more
 * than the multiplication in score_bin can err.
 * @param modelId SQL of an integer
 * @param value SQL of a `real`
 */
export function sameBinAtOrAboveSql(modelId: string, value: string): string {
  return `(
    select case when ${value} = (winnow.score_bin(${value}) / 10000::double precision)::real
      then (select coalesce(sum(b.images), 0) from winnow.score_bins b
             where b.model_id = ${modelId} and b.bin = winnow.score_bin(${value}))
      else (select count(*) from winnow.scores s
             where s.model_id = ${modelId} and s.score >= ${value}
               and s.score <= ((winnow.score_bin(${value}) + 1) / 10000::double precision)::real
               and winnow.score_bin(s.score) = winnow.score_bin(${value})) end)`;
}

/** Bins of a model that do not say what its scores say; empty when all is well. Reads every score. */
export async function checkBins(db: Db, modelId: number): Promise<{ bin: number; kept: number; counted: number }[]> {
  return rows(
    db,
    `select bin, coalesce(b.images, 0) as kept, coalesce(s.images, 0) as counted
       from (select bin, images from winnow.score_bins where model_id = $1) b
       full join (select winnow.score_bin(score) as bin, count(*)::integer as images
                    from winnow.scores where model_id = $1 group by 1) s using (bin)
      where coalesce(b.images, 0) <> coalesce(s.images, 0) order by bin`,
    [modelId],
  );
}
