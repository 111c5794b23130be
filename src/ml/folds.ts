import type { TrainingSet } from './training-loop.js';
import { stratifiedGroupSplit } from './split.js';

/** Which labels are learnt from, and which head judges which of them. */
export interface Folds {
  /** How many heads learn beside each other; the last one becomes the model. */
  readonly outputs: number;
  /** n: the output that does not learn from the row, and judges it; -1 for a row that all learn from. */
  readonly judge: Int32Array;
  /** Rows that some head learns from, ascending. */
  readonly learnt: Int32Array;
  /** Rows that a head judges, ascending. */
  readonly heldOut: Int32Array;
}

/**
 * With one fold, a share of each class is held out and the model learns from the rest. With more, each label lies in one fold;
 * every fold has a head that learns from the other folds and judges it, and the model learns from all labels.
 * Classes stand in each fold as in the whole, and near-duplicates in the same one. There are fewer folds where a class
 * has fewer groups. The same input gives the same folds.
 * @throws WinnowError ONE_CLASS_ONLY, TOO_FEW_LABELS as stratifiedGroupSplit() does.
 */
export function foldsOf(
  { labels, groups }: Pick<TrainingSet, 'labels' | 'groups'>,
  { folds, validationShare, seed }: { folds: number; validationShare: number; seed: number },
): Folds {
  const judge = new Int32Array(labels.length).fill(-1);
  if (folds === 1) {
    const { training, validation } = stratifiedGroupSplit(labels, groups, validationShare, seed);
    for (const row of validation) judge[row] = 0;
    return { outputs: 1, judge, learnt: training, heldOut: validation };
  }
  const all = Int32Array.from(labels, (_, row) => row);
  const count = Math.max(2, Math.min(folds, fewestGroups(labels, groups, all)));
  let rest = all;
  let fold = 0;
  while (fold < count - 1 && (fold === 0 || fewestGroups(labels, groups, rest) >= 2)) {
    const of = (values: typeof labels | typeof groups) => rest.map((row) => values[row]);
    const parts = stratifiedGroupSplit(Uint8Array.from(of(labels)), of(groups), 1 / (count - fold), seed + fold);
    for (const i of parts.validation) judge[rest[i]] = fold;
    rest = parts.training.map((i) => rest[i]);
    fold++;
  }
  for (const row of rest) judge[row] = fold;
  return { outputs: fold + 2, judge, learnt: all, heldOut: all };
}

/** In how many groups the class stands that stands in the fewest. */
function fewestGroups(labels: Uint8Array, groups: Int32Array, rows: Int32Array): number {
  return Math.min(
    ...[0, 1].map((value) => new Set(rows.filter((row) => labels[row] === value).map((row) => groups[row])).size),
  );
}
