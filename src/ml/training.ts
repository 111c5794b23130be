import { setImmediate } from 'node:timers/promises';

import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

import { WinnowError } from '../errors.js';
import { openEpochWeights } from './heads-files.js';
import { createHead, featureStatistics, type HeadWeights, type LearningHead } from './heads.js';
import { accuracy, confusion, logLoss, precision, recall, rocAuc } from './metrics.js';
import { createRandom } from './random.js';
import { stratifiedGroupSplit } from './split.js';
import { loadTensorflow, type TensorFlow } from './tensorflow.js';
import { chooseEpoch } from './training-choice.js';
import { DEFAULT_TRAIN_OPTIONS, type Head, type TrainOptions } from './training-options.js';

export { DEFAULT_TRAIN_OPTIONS, parseTrainOptions, type Head, type TrainOptions } from './training-options.js';

export interface TrainingSet {
  /** n x dimensions, row-major. */
  readonly features: Float32Array;
  readonly dimensions: number;
  /** n, 1 for positive and 0 for negative. */
  readonly labels: Uint8Array;
  /** n near-duplicate group numbers. */
  readonly groups: Int32Array;
}

export interface EpochResult {
  /** From 1. */
  epoch: number;
  /** Mean cross-entropy of the training part in nats, each batch taken before its step, without the L2 penalty. */
  loss: number;
  /** Mean cross-entropy of the validation part in nats. */
  validationLoss: number;
  validationAuc: number | null;
  /** At threshold 0.5. */
  validationAccuracy: number;
  seconds: number;
}

export interface TrainedHead {
  readonly head: Head;
  readonly dimensions: number;
  readonly epochs: EpochResult[];
  readonly chosenEpoch: number;
  /** Of the chosen epoch. */
  readonly weights: HeadWeights;
  /** Indices into the training set. */
  readonly split: { readonly training: Int32Array; readonly validation: Int32Array };
  /** Of the chosen epoch; precision, recall and accuracy at threshold 0.5. */
  readonly metrics: Record<string, number | null>;
  /** What ran the training: tfjs-node-gpu, tfjs-node, wasm or cpu. */
  readonly backend: string;
}

export interface TrainingHooks {
  /** Made when missing. The weights of each epoch stand here until the best is chosen; then only its own do. */
  readonly directory: string;
  readonly onEpoch?: (result: EpochResult) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Rows whose logits are computed at once. */
const SCORING_ROWS = 1024;

/**
 * Trains a head with Adam on mini-batches and chooses an epoch by its validation loss (see training-choice.ts).
 * The same set, options, machine and backend give the same weights, bit for bit.
 * @throws WinnowError ONE_CLASS_ONLY, TOO_FEW_LABELS, LOSS_NOT_FINITE, CANCELLED.
 */
export async function trainHead(set: TrainingSet, options: TrainOptions, hooks: TrainingHooks): Promise<TrainedHead> {
  requireMatching(set);
  const split = stratifiedGroupSplit(set.labels, set.groups, options.validationShare, options.seed);
  const validationLabels = labelsOf(set, split.validation);
  const files = await openEpochWeights(hooks.directory);
  const { tf, backend } = await loadTensorflow();
  const random = createRandom(options.seed);
  const order = split.training.slice();
  const epochs: EpochResult[] = [];
  const choice = chooseEpoch(validationLabels);

  const statistics = featureStatistics(set.features, set.dimensions, split.training);
  const head = createHead(tf, options.head, statistics, options, random);
  try {
    for (let epoch = 1; epoch <= options.epochs; epoch++) {
      const start = performance.now();
      const batches = cut(random.shuffle(order), options.batchSize);
      const loss = await learn(tf, head, set, batches, hooks.signal);
      const logits = await logitsOf(tf, head, set, split.validation, hooks.signal);
      const result = { epoch, loss, ...judge(logits, validationLabels), seconds: (performance.now() - start) / 1000 };
      requireFinite(result, options);
      await files.write(epoch, await head.weights());
      epochs.push(result);
      await hooks.onEpoch?.(result);
      choice.offer(epoch, logits);
      if (options.patience > 0 && epoch - choice.lowest() >= options.patience) break;
    }
  } finally {
    head.dispose();
  }
  const chosen = choice.chosen();
  return {
    head: options.head,
    dimensions: set.dimensions,
    epochs,
    chosenEpoch: chosen.epoch,
    weights: await files.choose(chosen.epoch),
    split,
    metrics: metricsOf(set, split, epochs[chosen.epoch - 1], chosen.logits),
    backend,
  };
}

function requireMatching({ features, dimensions, labels, groups }: TrainingSet): void {
  if (features.length !== labels.length * dimensions || groups.length !== labels.length) {
    throw new RangeError(
      `${labels.length} labels need ${labels.length} x ${dimensions} features and as many groups, but got ${features.length} and ${groups.length}`,
    );
  }
}

/** One pass over the batches. Returns the mean loss of a label. */
async function learn(
  tf: TensorFlow,
  head: LearningHead,
  set: TrainingSet,
  batches: Int32Array[],
  signal?: AbortSignal,
): Promise<number> {
  const sums: Tensor[] = [];
  try {
    for (const rows of batches) {
      const batch = batchOf(tf, set, rows);
      const labels = tf.tensor1d(Float32Array.from(labelsOf(set, rows)));
      const loss = head.step(batch, labels);
      sums.push(tf.tidy(() => tf.mul(loss, rows.length)));
      tf.dispose([batch, labels, loss]);
      await breathe(signal);
    }
    const losses = await Promise.all(sums.map(async (sum) => (await sum.data())[0]));
    return losses.reduce((a, b) => a + b) / batches.reduce((labels, rows) => labels + rows.length, 0);
  } finally {
    tf.dispose(sums);
  }
}

async function logitsOf(
  tf: TensorFlow,
  head: LearningHead,
  set: TrainingSet,
  rows: Int32Array,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const logits = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += SCORING_ROWS) {
    const batch = batchOf(tf, set, rows.subarray(start, start + SCORING_ROWS));
    const result = head.logits(batch);
    logits.set(await result.data(), start);
    tf.dispose([batch, result]);
    await breathe(signal);
  }
  return logits;
}

/** Lets other work of this process go on, and stops here when asked to. */
async function breathe(signal?: AbortSignal): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new WinnowError('CANCELLED', 'Training was cancelled.', { cause: signal.reason });
}

function batchOf(tf: TensorFlow, { features, dimensions }: TrainingSet, rows: Int32Array): Tensor2D {
  const batch = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => batch.set(features.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions));
  return tf.tensor2d(batch, [rows.length, dimensions]);
}

function labelsOf(set: TrainingSet, rows: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => set.labels[row]);
}

/** Parts that differ by one row at most: batch normalisation learns little from a last batch of one. */
function cut(rows: Int32Array, batchSize: number): Int32Array[] {
  const count = Math.ceil(rows.length / batchSize);
  return Array.from({ length: count }, (_, i) =>
    rows.subarray(Math.round((i * rows.length) / count), Math.round(((i + 1) * rows.length) / count)),
  );
}

function judge(
  logits: Float32Array,
  labels: Uint8Array,
): Pick<EpochResult, 'validationLoss' | 'validationAuc' | 'validationAccuracy'> {
  return {
    validationLoss: logLoss(logits, labels),
    validationAuc: rocAuc(logits, labels),
    validationAccuracy: accuracy(confusion(logits, labels, 0)) ?? 0,
  };
}

function requireFinite(result: EpochResult, options: TrainOptions): void {
  if (Number.isFinite(result.loss) && Number.isFinite(result.validationLoss)) return;
  throw new WinnowError(
    'LOSS_NOT_FINITE',
    `The loss is no longer a finite number after epoch ${result.epoch} (learningRate ${options.learningRate}, l2 ${options.l2}). ` +
      `Train again with a lower learningRate; the default for ${options.head} is ${DEFAULT_TRAIN_OPTIONS[options.head].learningRate}.`,
  );
}

function metricsOf(
  set: TrainingSet,
  split: TrainedHead['split'],
  result: EpochResult,
  logits: Float32Array,
): Record<string, number | null> {
  const positives = (rows: Int32Array): number => rows.reduce((sum, row) => sum + set.labels[row], 0);
  // A logit of 0 is a score of 0.5.
  const counts = confusion(logits, labelsOf(set, split.validation), 0);
  return {
    loss: result.loss,
    validationLoss: result.validationLoss,
    validationAuc: result.validationAuc,
    validationAccuracy: result.validationAccuracy,
    validationPrecision: precision(counts),
    validationRecall: recall(counts),
    trainingPositives: positives(split.training),
    trainingNegatives: split.training.length - positives(split.training),
    validationPositives: positives(split.validation),
    validationNegatives: split.validation.length - positives(split.validation),
  };
}
