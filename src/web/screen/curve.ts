import { signal } from '@preact/signals';

import type { CurveQuery } from '../api/documents';

export type CurvePoint = NonNullable<CurveQuery['model']>['curve'][number];

/** What a threshold would decide. */
export interface Decision {
  readonly threshold: number;
  readonly kept: number;
  readonly dropped: number;
  readonly precision: number | null;
  readonly recall: number | null;
}

/** Thresholds go by this when they are dragged or stepped: the curve has a point for each. */
export const FINEST = 0.001;

/** Steps from 0 to 1. */
const STEPS = 1000;

/**
 * A model's counts and quality at 1,001 thresholds, loaded once, so that moving the threshold asks nobody. Exact at those; between
 * two of them once the counts there are known (`learn`), until then an estimate.
 */
export class Curve {
  private readonly learnt = signal<ReadonlyMap<number, { above: number; kept: number }>>(new Map());

  constructor(private readonly points: readonly CurvePoint[]) {}

  /** The exact counts at a threshold between two points. */
  learn(threshold: number, counts: { above: number; kept: number }): void {
    this.learnt.value = new Map([...this.learnt.peek(), [threshold, counts]]);
  }

  isKnown(threshold: number): boolean {
    return isOnGrid(threshold) || this.learnt.value.has(threshold);
  }

  /** Images whose score is the threshold or more. */
  above(threshold: number): number {
    return this.learnt.value.get(threshold)?.above ?? Math.round(this.between(threshold, ({ above }) => above));
  }

  at(threshold: number): Decision {
    const { kept, dropped } = this.points[0];
    const keptHere =
      this.learnt.value.get(threshold)?.kept ?? Math.round(this.between(threshold, (point) => point.kept));
    // No validation label lies between two points for certain, so quality is that of the point below.
    const { precision, recall } = this.points[isOnGrid(threshold) ? gridOf(threshold) : Math.floor(threshold * STEPS)];
    return { threshold, kept: keptHere, dropped: kept + dropped - keptHere, precision, recall };
  }

  /** How many verdicts differ between two thresholds: labels keep theirs, so it is what one keeps and the other does not. */
  flips(from: number, to: number): number {
    return Math.abs(this.at(from).kept - this.at(to).kept);
  }

  /** How many scores lie in each of `bars` equal parts of 0 to 1; `bars` divides 1,000. */
  histogram(bars: number): number[] {
    const width = STEPS / bars;
    // No threshold lies above 1, so the last part ends there and includes what scores 1.
    return Array.from({ length: bars }, (_, bar) => {
      const end = (bar + 1) * width;
      return this.points[bar * width].above - (end === STEPS ? 0 : this.points[end].above);
    });
  }

  /**
   * The steps from a threshold outward, to the next point first, each with the images whose scores lie in it. The last one
   * ends at 0, or at 1 and includes it.
   */
  *stepsFrom(threshold: number, side: 'ABOVE' | 'BELOW'): Generator<{ to: number; last: boolean; images: number }> {
    const start = isOnGrid(threshold) ? gridOf(threshold) : threshold * STEPS;
    let rest = side === 'ABOVE' ? this.above(threshold) : this.above(0) - this.above(threshold);
    const stepTo = (point: number) => {
      const to = point / STEPS;
      const last = point === (side === 'ABOVE' ? STEPS : 0);
      const beyond = last ? 0 : side === 'ABOVE' ? this.above(to) : this.above(0) - this.above(to);
      const images = rest - beyond;
      rest = beyond;
      return { to, last, images };
    };
    if (side === 'BELOW') for (let point = Math.ceil(start) - 1; point >= 0; point -= 1) yield stepTo(point);
    else for (let point = Math.min(STEPS, Math.floor(start) + 1); point <= STEPS; point += 1) yield stepTo(point);
  }

  private between(threshold: number, of: (point: CurvePoint) => number): number {
    if (isOnGrid(threshold)) return of(this.points[gridOf(threshold)]);
    const low = Math.floor(threshold * STEPS);
    const share = threshold * STEPS - low;
    return of(this.points[low]) * (1 - share) + of(this.points[low + 1]) * share;
  }
}

/** A threshold on the finest step, within 0 to 1. */
export function snap(threshold: number): number {
  return Math.min(STEPS, Math.max(0, Math.round(threshold * STEPS))) / STEPS;
}

function gridOf(threshold: number): number {
  return Math.round(threshold * STEPS);
}

function isOnGrid(threshold: number): boolean {
  return gridOf(threshold) / STEPS === threshold;
}
