/** Outcomes at a threshold; a score equal to the threshold counts as positive. */
export interface Confusion {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
}

/** The score of a logit, 0..1. Rounds to float32 where it is stored. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/**
 * Area under the ROC curve: how often a positive scores above a negative, a tie counting half.
 * By ranks with midranks for ties (Mann and Whitney's U), so n log n.
 * @param scores n numbers, in any unit that orders; none NaN.
 * @param labels n, 1 for positive and 0 for negative.
 * @returns 0..1, or null when a class is missing.
 */
export function rocAuc(scores: ArrayLike<number>, labels: Uint8Array): number | null {
  const order = Uint32Array.from(labels, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let tiedPositives = 0;
    while (end < order.length && scores[order[end]] === scores[order[start]]) tiedPositives += labels[order[end++]];
    rankSum += tiedPositives * ((start + 1 + end) / 2);
    positives += tiedPositives;
    start = end;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Counts outcomes of n scores against n labels (1 positive, 0 negative). */
export function confusion(scores: ArrayLike<number>, labels: Uint8Array, threshold: number): Confusion {
  const counts: Confusion = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  labels.forEach((label, i) => {
    if (scores[i] >= threshold) counts[label === 1 ? 'truePositives' : 'falsePositives']++;
    else counts[label === 1 ? 'falseNegatives' : 'trueNegatives']++;
  });
  return counts;
}

/** Share of all that are right, 0..1; null when there is nothing to judge. */
export function accuracy(c: Confusion): number | null {
  const right = c.truePositives + c.trueNegatives;
  return ratio(right, right + c.falsePositives + c.falseNegatives);
}

/** Share of those called positive that are, 0..1; null when none is called positive. */
export function precision(c: Confusion): number | null {
  return ratio(c.truePositives, c.truePositives + c.falsePositives);
}

/** Share of the positives that are called positive, 0..1; null when there are no positives. */
export function recall(c: Confusion): number | null {
  return ratio(c.truePositives, c.truePositives + c.falseNegatives);
}

/**
 * Binary cross-entropy of each label in nats, from logits: log(1 + exp(-z)) for a positive and log(1 + exp(z)) for
 * a negative, written so that no exponential overflows.
 */
export function logLosses(logits: ArrayLike<number>, labels: Uint8Array): Float64Array {
  return Float64Array.from(labels, (label, i) => {
    const wrong = label === 1 ? -logits[i] : logits[i];
    return Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong)));
  });
}

/** Mean of logLosses; NaN for no labels. */
export function logLoss(logits: ArrayLike<number>, labels: Uint8Array): number {
  return logLosses(logits, labels).reduce((sum, loss) => sum + loss, 0) / labels.length;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
