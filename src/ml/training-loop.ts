import { setImmediate } from 'node:timers/promises';

import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

import { WinnowError } from '../errors.js';
import type { Folds } from './folds.js';
import type { LearningHead } from './heads.js';
import type { TensorFlow } from './tensorflow.js';

/** Labelled feature vectors. */
export interface TrainingSet {
  /** n x dimensions, row-major. */
  readonly features: Float32Array;
  readonly dimensions: number;
  /** n, 1 for positive and 0 for negative. */
  readonly labels: Uint8Array;
  /** n near-duplicate group numbers. */
  readonly groups: Int32Array;
  /** Where some of the pictures are learnt from mirrored as well. */
  readonly mirrors?: Mirrors;
}

/** Features of pictures flipped left to right. */
export interface Mirrors {
  /** m x dimensions, row-major. */
  readonly features: Float32Array;
  /** m: which row of the set each is the mirror of. */
  readonly of: Int32Array;
}

/** Rows whose logits are computed at once. */
const SCORING_ROWS = 1024;

/**
 * One pass over some rows, in their order, a step of the optimizer for each batch.
 * @param folds which head may learn from which row.
 * @returns the mean loss of a label, each batch taken before its step.
 * @throws WinnowError CANCELLED
 */
export async function learn(
  tf: TensorFlow,
  head: LearningHead,
  set: TrainingSet,
  order: Int32Array,
  folds: Folds,
  batchSize: number,
  signal?: AbortSignal,
): Promise<number> {
  const batches = cut(order, batchSize);
  const losses: Tensor[] = [];
  try {
    for (const rows of batches) {
      const batch = batchOf(tf, set, rows);
      const labels = tf.tensor1d(Float32Array.from(labelsOf(set, rows)));
      losses.push(head.step(batch, labels, seenBy(folds, rows)));
      tf.dispose([batch, labels]);
      await breathe(signal);
    }
    // Read once an epoch: on a graphics card every reading waits for all work before it.
    const means = await Promise.all(losses.map(async (loss) => (await loss.data())[0]));
    return means.reduce((sum, mean, i) => sum + mean * batches[i].length, 0) / order.length;
  } finally {
    tf.dispose(losses);
  }
}

/**
 * The logits of the rows that are held out, each by the head that has not seen it.
 * @throws WinnowError CANCELLED
 */
export async function heldOutLogits(
  tf: TensorFlow,
  head: LearningHead,
  set: TrainingSet,
  { heldOut, judge, outputs }: Folds,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const logits = new Float32Array(heldOut.length);
  for (let start = 0; start < heldOut.length; start += SCORING_ROWS) {
    const rows = heldOut.subarray(start, start + SCORING_ROWS);
    const batch = batchOf(tf, set, rows);
    const result = head.logits(batch);
    const ofAll = await result.data();
    rows.forEach((row, i) => (logits[start + i] = ofAll[i * outputs + judge[row]]));
    tf.dispose([batch, result]);
    await breathe(signal);
  }
  return logits;
}

function seenBy({ judge, outputs }: Folds, rows: Int32Array): Float32Array {
  return Float32Array.from({ length: rows.length * outputs }, (_, i) =>
    judge[rows[Math.floor(i / outputs)]] === i % outputs ? 0 : 1,
  );
}

/** Lets other work of this process go on, and stops here when asked to. */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new WinnowError('CANCELLED', 'Training was cancelled.', { cause: signal.reason });
}

function batchOf(tf: TensorFlow, { features, dimensions }: TrainingSet, rows: Int32Array): Tensor2D {
  const batch = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => batch.set(features.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
  return tf.tensor2d(batch, [rows.length, dimensions]);
}

/** The labels of some rows. */
export function labelsOf({ labels }: Pick<TrainingSet, 'labels'>, rows: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => labels[row]);
}

/** Parts that differ by one row at most: batch normalisation learns little from a last batch of one. */
export function cut(rows: Int32Array, batchSize: number): Int32Array[] {
  const count = Math.ceil(rows.length / batchSize);
  return Array.from({ length: count }, (_, i) =>
    rows.subarray(Math.round((i * rows.length) / count), Math.round(((i + 1) * rows.length) / count)),
  );
}
