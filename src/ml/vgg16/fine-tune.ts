import type { Tensor4D } from '@tensorflow/tfjs-core';

import type { LayersModel } from '../convert/layers-model.js';
import { openEpochFiles } from '../epoch-files.js';
import { foldsOf } from '../folds.js';
import { createRandom } from '../random.js';
import { loadTensorflow, type LoadedTensorFlow, type TensorFlow } from '../tensorflow.js';
import { learnEpochs, type Epochs, type Learner, type TrainingHooks } from '../training-epochs.js';
import { breathe, cut, labelsOf, type TrainingSet } from '../training-loop.js';
import { FINE_TUNE_OPTIONS, type TrainOptions } from '../training-options.js';
import { openLearningPart, type LearningPart } from './learning-part.js';
import { frozenShape, withHead, withWeights } from './recipe.js';

/** Labelled squares, as the frozen part of the network sees them. */
export interface FrozenSet extends Pick<TrainingSet, 'labels' | 'groups'> {
  /** Outputs of the frozen part, one row after the other. */
  read(rows: Int32Array): Promise<Float32Array>;
}

export interface FineTuned extends Epochs {
  /** The whole network at the chosen epoch: squares, RGB 0..255, in, and the logit out. */
  readonly network: LayersModel;
  /** What ran the training. */
  readonly backend: LoadedTensorFlow['backend'];
}

/**
 * The seed's recipe: puts a fresh head on VGG16 without top, and trains it together with the last two blocks of convolutions, by
 * Adam and the cross-entropy of the logit. Labels are held out once. The same set, options, machine and backend give the
 * same weights, bit for bit.
 * @param base as `vgg16Base` makes it. @param size height and width of its squares, in pixels.
 * @throws WinnowError ONE_CLASS_ONLY, TOO_FEW_LABELS, LOSS_NOT_FINITE, CANCELLED.
 */
export async function fineTune(
  base: LayersModel,
  size: number,
  set: FrozenSet,
  options: TrainOptions,
  hooks: TrainingHooks,
): Promise<FineTuned> {
  const folds = foldsOf(set, { ...options, folds: 1 });
  const files = await openEpochFiles(hooks.directory);
  const { tf, backend } = await loadTensorflow();
  const random = createRandom(options.seed);
  const fresh = withHead(base, size, random);
  const part = openLearningPart(tf, fresh, options);
  const batches: Batches = {
    tf,
    part,
    set,
    shape: frozenShape(base, size),
    size: options.batchSize,
    signal: hooks.signal,
  };
  const learner: Learner = {
    learn: (order) => learn(batches, order),
    heldOutLogits: () => logitsOf(batches, folds.heldOut),
    weights: async () => [...(await part.weights()).values()].map(({ values }) => values),
  };
  try {
    const trained = await learnEpochs(learner, {
      files,
      folds,
      learnt: folds.learnt,
      labels: set.labels,
      options,
      random,
      usualRate: FINE_TUNE_OPTIONS.learningRate,
      onEpoch: hooks.onEpoch,
      large: true,
    });
    const values = await files.read(trained.chosenEpoch);
    const named = [...(await part.weights())].map(
      ([name, { shape }], i) => [name, { shape, values: values[i] }] as const,
    );
    return { ...trained, network: withWeights(fresh, new Map(named)), backend };
  } finally {
    part.dispose();
  }
}

interface Batches {
  readonly tf: TensorFlow;
  readonly part: LearningPart;
  readonly set: FrozenSet;
  /** Of a row of the set. */
  readonly shape: readonly [number, number, number];
  /** Rows in one batch. */
  readonly size: number;
  readonly signal?: AbortSignal;
}

async function learn({ tf, part, set, shape, size, signal }: Batches, order: Int32Array): Promise<number> {
  let sum = 0;
  for (const rows of cut(order, size)) {
    const batch: Tensor4D = tf.tensor4d(await set.read(rows), [rows.length, ...shape]);
    const labels = tf.tensor1d(Float32Array.from(labelsOf(set, rows)));
    const loss = part.step(batch, labels);
    sum += (await loss.data())[0] * rows.length;
    tf.dispose([batch, labels, loss]);
    await breathe(signal);
  }
  return sum / order.length;
}

async function logitsOf({ tf, part, set, shape, size, signal }: Batches, order: Int32Array): Promise<Float32Array> {
  const logits = new Float32Array(order.length);
  let done = 0;
  for (const rows of cut(order, size)) {
    const batch: Tensor4D = tf.tensor4d(await set.read(rows), [rows.length, ...shape]);
    const result = part.logits(batch);
    logits.set(await result.data<'float32'>(), done);
    done += rows.length;
    tf.dispose([batch, result]);
    await breathe(signal);
  }
  return logits;
}
