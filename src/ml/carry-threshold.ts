/** Labels with the scores by heads that have not learnt from them. */
export interface Judged {
  /** n, 0..1 */
  readonly scores: Float32Array;
  /** n, 1 for positive and 0 for negative. */
  readonly labels: Uint8Array;
}

export interface Carried {
  /** The threshold for the newer model, 0..1, of four decimals. */
  readonly threshold: number;
  /** Precision, or share kept, of the older model at its threshold. */
  readonly before: number;
  /** That of the newer model at `threshold`. */
  readonly after: number;
}

const STEPS = 10_000;
/** With fewer that are kept, a precision is mostly luck. */
const LEAST_KEPT = 10;
/** With fewer images that both have scored, so is a share. */
const LEAST_IMAGES = 50;

/**
 * The lowest threshold at which the newer model is at least as precise as the older one at its own, so that most is kept.
 * Classes are weighed so that positives have the same share of both sets of labels.
 * @param balance that share, above 0 and below 1.
 * @returns null when either precision is not known or the older one is out of reach.
 */
export function equalPrecision(older: Judged, threshold: number, newer: Judged, balance: number): Carried | null {
  const before = precisionAt(older, Math.fround(threshold), balance);
  if (before === null) return null;
  // Only a threshold just below a score keeps anything that the one above it does not.
  for (const score of newer.scores.slice().sort()) {
    const candidate = Math.floor(score * STEPS) / STEPS;
    const after = precisionAt(newer, Math.fround(candidate), balance);
    if (after !== null && after >= before) return { threshold: candidate, before, after };
  }
  return null;
}

/**
 * The threshold at which the newer model keeps the share of images that the older one keeps at its own.
 * @param older, newer scores of the same images, none labelled.
 * @returns null when there are too few.
 */
export function equalShare(older: Float32Array, threshold: number, newer: Float32Array): Carried | null {
  if (older.length < LEAST_IMAGES || newer.length !== older.length) return null;
  const share = (scores: Float32Array, from: number): number =>
    scores.reduce((kept, score) => kept + (score >= Math.fround(from) ? 1 : 0), 0) / scores.length;
  const before = share(older, threshold);
  const falling = newer.slice().sort().reverse();
  const kept = Math.round(before * falling.length);
  // Half way between the last one kept and the first one dropped; beyond the end where all or none are.
  const edge = ((falling[kept - 1] ?? 1) + (falling[kept] ?? 0)) / 2;
  const carried = Math.round(edge * STEPS) / STEPS;
  return { threshold: carried, before, after: share(newer, carried) };
}

function precisionAt({ scores, labels }: Judged, threshold: number, balance: number): number | null {
  const all = [0, 0];
  const kept = [0, 0];
  labels.forEach((label, i) => {
    all[label]++;
    if (scores[i] >= threshold) kept[label]++;
  });
  if (all[0] === 0 || all[1] === 0 || kept[0] + kept[1] < LEAST_KEPT) return null;
  const positive = (balance * kept[1]) / all[1];
  const negative = ((1 - balance) * kept[0]) / all[0];
  return positive / (positive + negative);
}
