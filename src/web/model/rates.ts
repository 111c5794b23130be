import type { ModelReportQuery } from '../api/documents';
import type { Point } from '../chart/line-chart';

export type ValidationPoint = NonNullable<ModelReportQuery['model']>['validationPoints'][number];

/** Of those that reach the threshold, the share that is positive; null where none does. */
export function precision({ truePositives, falsePositives }: ValidationPoint): number | null {
  return share(truePositives, truePositives + falsePositives);
}

/** Of the positive ones, the share that reaches the threshold; null where there is none. */
export function recall({ truePositives, falseNegatives }: ValidationPoint): number | null {
  return share(truePositives, truePositives + falseNegatives);
}

/** Of the negative ones, the share that reaches the threshold all the same; null where there is none. */
export function falsePositiveRate({ falsePositives, trueNegatives }: ValidationPoint): number | null {
  return share(falsePositives, falsePositives + trueNegatives);
}

/** The ROC curve (false positive rate, recall), from the strictest threshold, at which nothing passes. */
export function rocOf(points: readonly ValidationPoint[]): Point[] {
  if (points.length === 0) return [];
  return [[0, 0], ...pairs(points, falsePositiveRate, recall)];
}

/** The precision-recall curve (recall, precision). */
export function precisionRecallOf(points: readonly ValidationPoint[]): Point[] {
  return pairs(points, recall, precision);
}

type Rate = (point: ValidationPoint) => number | null;

function pairs(points: readonly ValidationPoint[], x: Rate, y: Rate): Point[] {
  return points.flatMap((point) => {
    const [px, py] = [x(point), y(point)];
    return px === null || py === null ? [] : [[px, py] as const];
  });
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
