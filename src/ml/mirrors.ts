import type { Folds } from './folds.js';
import type { TrainingSet } from './training-loop.js';

/**
 * What is learnt from: the set, and behind its rows the mirrored pictures of those that are learnt from. A mirror has the label,
 * the group and the judge of its picture, so that no head learns from the mirror of a picture that it judges; and it is
 * never held out itself.
 */
export function withMirrors(set: TrainingSet, folds: Folds): { set: TrainingSet; folds: Folds } {
  const { mirrors, dimensions } = set;
  if (mirrors === undefined || mirrors.of.length === 0) return { set, folds };
  const rows = set.labels.length;
  const features = new Float32Array(set.features.length + mirrors.features.length);
  features.set(set.features);
  features.set(mirrors.features, rows * dimensions);
  const learnt = new Set(folds.learnt);
  const originals = new Int32Array(rows + mirrors.of.length).map((_, i) => (i < rows ? i : mirrors.of[i - rows]));
  return {
    set: {
      features,
      dimensions,
      labels: Uint8Array.from(originals, (row) => set.labels[row]),
      groups: originals.map((row) => set.groups[row]),
    },
    folds: {
      ...folds,
      judge: originals.map((row) => folds.judge[row]),
      learnt: Int32Array.from(originals.keys()).filter((row) => learnt.has(originals[row])),
    },
  };
}
