import { foldsOf } from './folds.js';
import { openEpochFiles } from './epoch-files.js';
import { arraysOfHead, headOfArrays } from './heads-arrays.js';
import { createHead, featureStatistics, type HeadWeights } from './heads.js';
import { withMirrors } from './mirrors.js';
import { createRandom } from './random.js';
import { loadTensorflow, type LoadedTensorFlow } from './tensorflow.js';
import { learnEpochs, type Epochs, type TrainingHooks } from './training-epochs.js';
import { heldOutLogits, learn, type TrainingSet } from './training-loop.js';
import { DEFAULT_TRAIN_OPTIONS, type Head, type TrainOptions } from './training-options.js';

export {
  DEFAULT_TRAIN_OPTIONS,
  parseTrainOptions,
  type Augmentation,
  type Head,
  type TrainOptions,
} from './training-options.js';
export type { Epochs, EpochResult, TrainingHooks } from './training-epochs.js';
export { labelsOf, type Mirrors, type TrainingSet } from './training-loop.js';

export interface TrainedHead extends Epochs {
  readonly head: Head;
  readonly dimensions: number;
  /** Of the chosen epoch. */
  readonly weights: HeadWeights;
  /** What ran the training. */
  readonly backend: LoadedTensorFlow['backend'];
}

/**
 * Trains a head with Adam on mini-batches and chooses an epoch by the loss on held-out labels (see chooseEpoch). With the
 * option folds, the heads of the folds learn beside the model in the same steps: every label is judged by a head that has
 * not seen it, and the model learns from every label. On photographs of clothes with 100 + 100 labels that raised the AUC on the rest
 * from 0.943, with a fifth held out, to 0.950, the mean of 17 questions. The folds share the mean and deviation of each
 * feature, which say nothing about labels. The same set, options, machine and backend give the same weights, bit for bit.
 * @throws WinnowError ONE_CLASS_ONLY, TOO_FEW_LABELS, LOSS_NOT_FINITE, CANCELLED.
 */
export async function trainHead(set: TrainingSet, options: TrainOptions, hooks: TrainingHooks): Promise<TrainedHead> {
  requireMatching(set);
  const folds = foldsOf(set, options);
  const learning = withMirrors(set, folds);
  const files = await openEpochFiles(hooks.directory);
  const { tf, backend } = await loadTensorflow();

  const random = createRandom(options.seed);
  const statistics = featureStatistics(learning.set.features, set.dimensions, learning.folds.learnt);
  const head = createHead(tf, options.head, statistics, options, random, folds.outputs);
  let sizes: HeadWeights['layers'] = [];
  const learner = {
    learn: (order: Int32Array) => {
      return learn(tf, head, learning.set, order, learning.folds, options.batchSize, hooks.signal);
    },
    heldOutLogits: () => heldOutLogits(tf, head, set, folds, hooks.signal),
    async weights() {
      const weights = await head.weights();
      sizes = weights.layers;
      return arraysOfHead(weights);
    },
  };
  try {
    const trained = await learnEpochs(learner, {
      files,
      folds,
      learnt: learning.folds.learnt,
      labels: set.labels,
      options,
      random,
      usualRate: DEFAULT_TRAIN_OPTIONS[options.head].learningRate,
      onEpoch: hooks.onEpoch,
    });
    const weights = headOfArrays(await files.read(trained.chosenEpoch), sizes);
    return { ...trained, head: options.head, dimensions: set.dimensions, weights, backend };
  } finally {
    head.dispose();
  }
}

function requireMatching({ features, dimensions, labels, groups }: TrainingSet): void {
  if (features.length !== labels.length * dimensions || groups.length !== labels.length) {
    throw new RangeError(
      `${labels.length} labels need ${labels.length} x ${dimensions} features and as many groups, but got ${features.length} and ${groups.length}`,
    );
  }
}
