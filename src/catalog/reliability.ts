import { rows, type Db } from '../db.js';

/** A point of a reliability diagram: held-out labels whose scores lie near each other. */
export interface ReliabilityBin {
  /** Scores from `min` on, up to but without `max`; the last bin holds 1 as well. */
  min: number;
  max: number;
  /** Held-out labels in the bin. */
  labels: number;
  /** What the scores promise: their mean. Null without labels, as is `positive`. */
  meanScore: number | null;
  /** What was found: the share of POSITIVE. */
  positive: number | null;
}

/**
 * A model's held-out labels in `bins` bins of equal width. Where the model assumes another balance of the collection than its
 * labels have, each class is weighed so that it has that balance here, too.
 */
export async function reliabilityOf(db: Db, modelId: number, bins: number): Promise<ReliabilityBin[]> {
  return rows<ReliabilityBin>(db, SQL, [modelId, bins], 'reliability-of');
}

const SQL = `
  with weighed as (
    select l.held_out_score::double precision as score, (l.value = 'POSITIVE')::integer as positive,
           coalesce(case l.value when 'POSITIVE' then m.balance / nullif(m.labelled, 0)
                                 else (1 - m.balance) / nullif(1 - m.labelled, 0) end, 1) as weight
      from winnow.model_labels l
      join (select id, (calibration ->> 'balance')::double precision as balance,
                   (calibration ->> 'labelBalance')::double precision as labelled from winnow.models) m on m.id = l.model_id
     where l.model_id = $1 and l.held_out_score is not null)
  select b.bin::double precision / $2::integer as min, (b.bin + 1)::double precision / $2::integer as max,
         count(w.score)::integer as labels, sum(w.weight * w.score) / sum(w.weight) as "meanScore",
         sum(w.weight * w.positive) / sum(w.weight) as positive
    from generate_series(0, $2::integer - 1) as b (bin)
    left join weighed w on least(floor(w.score * $2::integer), $2::integer - 1) = b.bin
   group by b.bin order by b.bin`;
