import type { ScoreRange } from '../api/documents';
import type { Curve } from './curve';

/** Scores from `min` to `max`, both included, and how many images have one of them. */
export interface CountedRange extends Required<ScoreRange> {
  readonly count: number;
}

/**
 * All scores on one side of a threshold in ranges, the nearest first, each with at least so many images where there are so many. The
 * curve knows how many are in each, so that one can go to any image without passing those between.
 */
export function rangesFrom(curve: Curve, threshold: number, side: 'ABOVE' | 'BELOW', atLeast: number): CountedRange[] {
  const found: CountedRange[] = [];
  let [from, count] = [threshold, 0];
  for (const { to, last, images } of curve.stepsFrom(threshold, side)) {
    count += images;
    if (count < atLeast && !last) continue;
    const range = side === 'ABOVE' ? { min: from, max: last ? 1 : before(to) } : { min: to, max: before(from) };
    if (count > 0) found.push({ ...range, count });
    [from, count] = [to, 0];
  }
  return found;
}

const bits = new DataView(new ArrayBuffer(4));

/** The greatest score below a threshold: scores are 32-bit floats, and the ranges of the API include both ends. */
export function before(threshold: number): number {
  bits.setFloat32(0, threshold);
  bits.setUint32(0, bits.getUint32(0) - 1);
  return bits.getFloat32(0);
}
