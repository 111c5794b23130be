import type { Db } from '../db.js';
import { WinnowError } from '../errors.js';
import { curveOf, type Curve, type CurvePoint } from './curve.js';
import { thresholdInForce } from './thresholds.js';

/** What the threshold is to achieve. */
export type Goal = { precision: number } | { recall: number } | { keep: number } | { review: number };

export interface Suggestion {
  /** 0..1, of four decimals; for `review` the threshold in force. */
  threshold: number;
  /** What is reached there: a precision or recall, or a number of images. */
  reached: number;
  /** For `review`: the scores to look at, from `min` up to but without `max`; null for other goals. */
  review: { min: number; max: number } | null;
  /** How it was found, in words. */
  reason: string;
}

/** Every threshold of four decimals. */
const STEPS = 10_000;
const GRID: readonly number[] = Array.from({ length: STEPS + 1 }, (_, i) => i / STEPS);

/**
 * The threshold of four decimals that best meets a goal, out of all 10,001:
 * precision: the lowest that has it on the validation labels, so that most is kept;
 * recall: the highest that has it on the validation labels, so that most is dropped;
 * keep: that which keeps nearest to so many images, the higher one of two;
 * review: the threshold stays, and the answer is the narrowest range around it, as wide below as above, that holds at
 * least so many images that nobody has labelled.
 * @throws WinnowError GOAL_UNREACHABLE, whose message says what can be reached; NOT_FOUND for the model
 */
export async function suggestThreshold(db: Db, modelId: number, goal: Goal): Promise<Suggestion> {
  const inForce = (await thresholdInForce(db, modelId)).value;
  const curve = await curveOf(db, modelId, GRID);
  if ('precision' in goal) return byPrecision(curve, goal.precision);
  if ('recall' in goal) return byRecall(curve, goal.recall);
  return 'keep' in goal ? byKept(curve, goal.keep) : byReview(curve, goal.review, inForce);
}

function byPrecision({ points, validation }: Curve, goal: number): Suggestion {
  const of = requireValidation(validation);
  const found = points.find(({ precision }) => precision !== null && precision >= goal);
  if (found === undefined) {
    const best = highest(points, 'precision');
    throw unreachable(
      `a precision of ${percent(goal)}`,
      `the best is ${percent(best.precision!)}, at ${best.threshold}, on ${of}`,
    );
  }
  const reason = `The lowest threshold, so the one that keeps most, with a precision of at least ${percent(goal)} on ${of}: ${percent(found.precision!)}, at a recall of ${percent(found.recall ?? 0)}.`;
  return suggestion(found, found.precision!, reason);
}

function byRecall({ points, validation }: Curve, goal: number): Suggestion {
  const of = requireValidation(validation);
  if (validation.positive === 0) throw unreachable('a recall', `there is no POSITIVE one among ${of}`);
  const found = points.findLast(({ recall }) => recall !== null && recall >= goal)!; // at 0 it is 1
  const precision =
    found.precision === null ? 'no precision to speak of' : `a precision of ${percent(found.precision)}`;
  const reason = `The highest threshold, so the one that drops most, with a recall of at least ${percent(goal)} on ${of}: ${percent(found.recall!)}, at ${precision}.`;
  return suggestion(found, found.recall!, reason);
}

function byKept({ points }: Curve, goal: number): Suggestion {
  const [most, least] = [points[0], points[STEPS]];
  if (goal > most.ok || goal < least.ok) {
    throw unreachable(`to keep ${goal} images`, `any threshold keeps ${least.ok} to ${most.ok}`);
  }
  const off = ({ ok }: CurvePoint) => Math.abs(ok - goal);
  const found = points.reduce((best, point) => (off(point) <= off(best) ? point : best));
  const reason = `The threshold of four decimals that keeps nearest to ${goal} images: ${found.ok}, those labelled POSITIVE among them.`;
  return suggestion(found, found.ok, reason);
}

function byReview({ points }: Curve, goal: number, inForce: number): Suggestion {
  const [below, above] = [Math.floor(inForce * STEPS), Math.ceil(inForce * STEPS)];
  const from = (k: number) => points[Math.max(0, k)].unlabelledAbove;
  // Nothing lies beyond 1, but images may lie on it.
  const holds = (width: number) => from(below - width) - (above + width > STEPS ? 0 : from(above + width));
  const most = points[0].unlabelledAbove;
  if (goal > most) throw unreachable(`to look at ${goal} images`, `only ${most} have a score and no label`);
  let [low, high] = [0, STEPS + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle) >= goal) high = middle;
    else low = middle + 1;
  }
  const [min, max] = [Math.max(0, below - low) / STEPS, Math.min(STEPS, above + low) / STEPS];
  const reason = `The threshold stays at ${inForce}. Nearest to it, from ${min} up to ${max}, lie ${holds(low)} images without a label: looking at these changes most.`;
  return { threshold: inForce, reached: holds(low), review: { min, max }, reason };
}

function suggestion({ threshold }: CurvePoint, reached: number, reason: string): Suggestion {
  return { threshold, reached, review: null, reason };
}

function requireValidation({ positive, negative }: Curve['validation']): string {
  if (positive + negative > 0) return `${positive + negative} validation labels (${positive} POSITIVE)`;
  throw unreachable('a goal on the validation labels', 'the model has none: train again');
}

function highest(points: readonly CurvePoint[], by: 'precision' | 'recall'): CurvePoint {
  return points.reduce((best, point) => ((point[by] ?? -1) > (best[by] ?? -1) ? point : best));
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

function unreachable(goal: string, best: string): WinnowError {
  return new WinnowError('GOAL_UNREACHABLE', `No threshold allows ${goal}: ${best}.`);
}
