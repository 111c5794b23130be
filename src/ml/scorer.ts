import type { Engine } from './engine.js';

export interface Scored {
  /** n natural-log odds. */
  readonly logits: Float32Array;
  /** n numbers 0..1. */
  readonly scores: Float32Array;
}

/** Rows in one run of the head: bounds memory, and how long the event loop stands still. */
const ROWS_PER_RUN = 4096;

/**
 * Scores n vectors.
 * @param features n x dimensions, row-major.
 */
export async function scoreRows(
  engine: Engine,
  features: Float32Array,
  n: number,
  dimensions: number,
): Promise<Scored> {
  if (features.length !== n * dimensions) {
    throw new RangeError(`${n} vectors of ${dimensions} need ${n * dimensions} numbers, but got ${features.length}`);
  }
  const logits = new Float32Array(n);
  for (let first = 0; first < n; first += ROWS_PER_RUN) {
    const last = Math.min(n, first + ROWS_PER_RUN);
    const batch = features.subarray(first * dimensions, last * dimensions);
    await engine.run(batch, [last - first, dimensions], logits.subarray(first, last), [last - first, 1]);
  }
  return { logits, scores: logits.map(sigmoid) };
}

/** 1 / (1 + exp(-z)), 0..1; exp's overflow to infinity gives 0. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
