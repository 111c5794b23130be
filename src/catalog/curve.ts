import { rows, type Db } from '../db.js';
import { sameBinAtOrAboveSql } from './score-bins.js';
import { verdictSql } from './verdict.js';

/** What a threshold would decide, and how that agrees with held-out labels: each scored by a head that had not learnt from it. */
export interface CurvePoint {
  /** 0..1 */
  threshold: number;
  /** Images whose score is the threshold or more, whatever their label. */
  above: number;
  /** Images with the verdict OK. */
  kept: number;
  /** Images with the verdict NG. */
  dropped: number;
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
interface Tally {
  what: 'BIN' | 'EDGE' | 'LABEL' | 'UNSCORED' | 'VALIDATION';
  at: number;
  positive: number;
  negative: number;
}

/**
 * A model's counts and quality at thresholds, all exact. One statement, which reads the model's bins, its labelled images,
 * its held-out labels, and for each threshold the scores of its own bin from it on.
 * @param thresholds 0..1, rising
 */
export async function curveOf(db: Db, modelId: number, thresholds: readonly number[]): Promise<Curve> {
  const tallies = await rows<Tally>(db, SQL, [modelId, thresholds], 'curve-of');
  const n = thresholds.length;
  // reached[i]: how much of it reaches threshold i, summed from the highest on.
  const sums = (what: Tally['what'], side: 'positive' | 'negative') => {
    const reached = new Array<number>(n + 1).fill(0);
    // at = 0 reaches no threshold, at = i + 1 reaches threshold i and those before.
    for (const tally of tallies) if (tally.what === what && tally.at > 0) reached[tally.at - 1] += tally[side];
    for (let i = n - 1; i >= 0; i -= 1) reached[i] += reached[i + 1];
    return reached;
  };
  const total = (what: Tally['what'], side: 'positive' | 'negative') =>
    tallies.reduce((sum, tally) => (tally.what === what ? sum + tally[side] : sum), 0);
  const [beyond, edge] = [sums('BIN', 'positive'), new Array<number>(n).fill(0)];
  for (const tally of tallies) if (tally.what === 'EDGE') edge[tally.at - 1] = tally.positive;
  const [yes, no] = [sums('LABEL', 'positive'), sums('LABEL', 'negative')];
  const [labelledYes, labelledNo] = [total('LABEL', 'positive'), total('LABEL', 'negative')];
  const [unscoredYes, unscoredNo] = [total('UNSCORED', 'positive'), total('UNSCORED', 'negative')];
  const [hits, misses] = [sums('VALIDATION', 'positive'), sums('VALIDATION', 'negative')];
  const validation = { positive: total('VALIDATION', 'positive'), negative: total('VALIDATION', 'negative') };
  const unlabelled = total('BIN', 'positive') - labelledYes - labelledNo;
  const points = thresholds.map((threshold, i) => {
    const above = beyond[i] + edge[i];
    const unlabelledAbove = above - yes[i] - no[i];
    return {
      threshold,
      above,
      kept: unlabelledAbove + labelledYes + unscoredYes,
      dropped: unlabelled - unlabelledAbove + labelledNo + unscoredNo,
      unlabelledAbove,
      ...quality(hits[i], misses[i], validation.positive),
    };
  });
  return { points, validation };
}

function quality(hits: number, misses: number, positive: number): Pick<CurvePoint, 'precision' | 'recall' | 'f1'> {
  const precision = hits + misses === 0 ? null : hits / (hits + misses);
  const recall = positive === 0 ? null : hits / positive;
  if (precision === null || recall === null) return { precision, recall, f1: null };
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

// A score reaches as many thresholds as the verdict says it does: with these sorted, a binary search.
const REACHED = 'width_bucket(s.score, $2::real[])';
const VERDICT = verdictSql({ label: 'l.value', score: 's.score', threshold: '0::real' });

const SQL = `
  select 'BIN' as what, width_bucket(b.bin::integer, beyond.bins) as at, sum(b.images)::integer as positive, 0 as negative
    from winnow.score_bins b
   cross join (select array_agg(winnow.score_bin(value) + 1 order by value) as bins from unnest($2::real[]) as t (value) offset 0) beyond
   where b.model_id = $1 group by 2
  union all
  select 'EDGE', t.at::integer, ${sameBinAtOrAboveSql('$1', 't.value')}::integer, 0
    from unnest($2::real[]) with ordinality as t (value, at)
  union all
  select case when s.score is null then 'UNSCORED' else 'LABEL' end, coalesce(${REACHED}, 0),
         (count(*) filter (where ${VERDICT} = 'OK'))::integer, (count(*) filter (where ${VERDICT} = 'NG'))::integer
    from winnow.models m
    join winnow.labels l on l.collection_id = m.collection_id and l.superseded_at is null
    left join winnow.scores s on s.model_id = $1 and s.image_id = l.image_id
   where m.id = $1 group by 1, 2
  union all
  select 'VALIDATION', width_bucket(l.held_out_score, $2::real[]), (count(*) filter (where l.value = 'POSITIVE'))::integer,
         (count(*) filter (where l.value = 'NEGATIVE'))::integer
    from winnow.model_labels l where l.model_id = $1 and l.held_out_score is not null group by 2`;
