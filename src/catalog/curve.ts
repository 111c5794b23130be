import { rows, type Db } from '../db.js';
import { isBinEdgeSql, ownBinSql, type Tally } from './score-bins.js';

/** What a threshold would decide, and how that agrees with held-out labels: each scored by a head that had not learnt from it. */
export interface CurvePoint {
  /** 0..1 */
  threshold: number;
  /** Images whose score is the threshold or more, whatever their label. */
  above: number;
  /** Images with the verdict OK. */
  ok: number;
  /** Images with the verdict NG. */
  ng: number;
  /** Images without a label whose score is the threshold or more. */
  unlabelledAbove: number;
  /** Of the validation images that reach the threshold, the share that is POSITIVE; null when none reaches it. */
  precision: number | null;
  /** Of the POSITIVE validation images, the share that reaches the threshold; null when there is none. */
  recall: number | null;
  /** Harmonic mean of the two; null without them, 0 when both are. */
  f1: number | null;
}

export interface Curve {
  points: CurvePoint[];
  /** Held-out labels. */
  validation: { positive: number; negative: number };
}

/** What is counted at a place: `at` is a point, or how many of the thresholds a score reaches. */
interface Counted extends Tally {
  what: 'BIN' | 'EDGE' | 'COLLECTION' | 'VALIDATION';
  at: number;
}

/**
 * A model's counts and quality at thresholds, all exact. One statement, which reads the model's bins, its held-out labels,
 * and for a threshold of more than four decimals the scores of its own bin from it on.
 * @param thresholds 0..1, rising
 */
export async function curveOf(db: Db, modelId: number, thresholds: readonly number[]): Promise<Curve> {
  const counted = await rows<Counted>(db, SQL, [modelId, thresholds], 'curve-of');
  const n = thresholds.length;
  /** What lies at a point, summed up from the highest threshold on. */
  const reaching = (what: Counted['what'], of: keyof Tally) => {
    const reached = new Array<number>(n + 1).fill(0);
    // at = 0 reaches no threshold, at = i + 1 reaches threshold i and those before.
    for (const row of counted) if (row.what === what && row.at > 0) reached[row.at - 1] += row[of];
    for (let i = n - 1; i >= 0; i -= 1) reached[i] += reached[i + 1];
    return reached;
  };
  const total = (what: Counted['what'], of: keyof Tally) =>
    counted.reduce((sum, row) => (row.what === what ? sum + row[of] : sum), 0);
  const [images, yes, no] = (['images', 'positives', 'negatives'] as const).map((of) => reaching('BIN', of));
  const beside = new Map(counted.filter(({ what }) => what === 'EDGE').map((row) => [row.at - 1, row]));
  const allUnlabelled = total('BIN', 'images') - total('BIN', 'positives') - total('BIN', 'negatives');
  const [positives, negatives] = [total('COLLECTION', 'positives'), total('COLLECTION', 'negatives')];
  const [hits, misses] = [reaching('VALIDATION', 'positives'), reaching('VALIDATION', 'negatives')];
  const validation = { positive: total('VALIDATION', 'positives'), negative: total('VALIDATION', 'negatives') };
  const points = thresholds.map((threshold, i) => {
    const own = beside.get(i) ?? NONE;
    const above = images[i] + own.images;
    const unlabelledAbove = above - yes[i] - own.positives - no[i] - own.negatives;
    return {
      threshold,
      above,
      ok: unlabelledAbove + positives,
      ng: allUnlabelled - unlabelledAbove + negatives,
      unlabelledAbove,
      ...quality(hits[i], misses[i], validation.positive),
    };
  });
  return { points, validation };
}

const NONE: Tally = { images: 0, positives: 0, negatives: 0 };

function quality(hits: number, misses: number, positive: number): Pick<CurvePoint, 'precision' | 'recall' | 'f1'> {
  const precision = hits + misses === 0 ? null : hits / (hits + misses);
  const recall = positive === 0 ? null : hits / positive;
  if (precision === null || recall === null) return { precision, recall, f1: null };
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

// A bin reaches those thresholds that it lies above, or whose lower edge they are; a score as many as the verdict says it
// does: with these sorted, a binary search. What a threshold leaves of its own bin is EDGE.
const SQL = `
  select 'BIN' as what, width_bucket(b.bin::integer, t.bins) as at,
         sum(b.images)::integer as images, sum(b.positives)::integer as positives, sum(b.negatives)::integer as negatives
    from winnow.score_bins b
   cross join (select array_agg(winnow.score_bin(value) + (case when ${isBinEdgeSql('value')} then 0 else 1 end) order by value) as bins
                 from unnest($2::real[]) as t (value) offset 0) t
   where b.model_id = $1 group by 2
  union all
  select 'EDGE', t.at::integer, own.images::integer, own.positives::integer, own.negatives::integer
    from unnest($2::real[]) with ordinality as t (value, at) cross join lateral ${ownBinSql('$1', 't.value')} own
   where not ${isBinEdgeSql('t.value')}
  union all
  select 'COLLECTION', 0, c.images, c.positives, c.negatives
    from winnow.models m join winnow.collections c on c.id = m.collection_id where m.id = $1
  union all
  select 'VALIDATION', width_bucket(l.held_out_score, $2::real[]), count(*)::integer,
         (count(*) filter (where l.value = 'POSITIVE'))::integer, (count(*) filter (where l.value = 'NEGATIVE'))::integer
    from winnow.model_labels l where l.model_id = $1 and l.held_out_score is not null group by 2`;
