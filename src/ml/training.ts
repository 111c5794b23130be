import { WinnowError } from '../errors.js';
import { openEpochWeights } from './heads-files.js';
import { createHead, featureStatistics, type HeadWeights } from './heads.js';
import { accuracy, confusion, logLoss, precision, recall, rocAuc } from './metrics.js';
import { createRandom } from './random.js';
import { stratifiedGroupSplit } from './split.js';
import { loadTensorflow, type LoadedTensorFlow } from './tensorflow.js';
import { chooseEpoch } from './training-choice.js';
import { labelsOf, learn, logitsOf, type TrainingSet } from './training-loop.js';
import { DEFAULT_TRAIN_OPTIONS, type Head, type TrainOptions } from './training-options.js';

export { DEFAULT_TRAIN_OPTIONS, parseTrainOptions, type Head, type TrainOptions } from './training-options.js';
export type { TrainingSet } from './training-loop.js';

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
  /** Logits of `split.validation` by the chosen epoch, which never saw it. */
  readonly validationLogits: Float32Array;
  /** Of `validationLogits`; precision, recall and accuracy at threshold 0.5. */
  readonly metrics: Record<string, number | null>;
  /** What ran the training. */
  readonly backend: LoadedTensorFlow['backend'];
}

export interface TrainingHooks {
  /** Made when missing. The weights of each epoch stand here until the best is chosen; then only its own do. */
  readonly directory: string;
  readonly onEpoch?: (result: EpochResult) => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Trains a head with Adam on mini-batches and chooses an epoch by its validation loss (see chooseEpoch). The same set,
 * options, machine and backend give the same weights, bit for bit.
 * @throws WinnowError ONE_CLASS_ONLY, TOO_FEW_LABELS, LOSS_NOT_FINITE, CANCELLED.
 */
export async function trainHead(set: TrainingSet, options: TrainOptions, hooks: TrainingHooks): Promise<TrainedHead> {
  requireMatching(set);
  const split = stratifiedGroupSplit(set.labels, set.groups, options.validationShare, options.seed);
  const files = await openEpochWeights(hooks.directory);
  const { tf, backend } = await loadTensorflow();

  const validationLabels = labelsOf(set, split.validation);
  const choice = chooseEpoch(validationLabels);
  const epochs: EpochResult[] = [];
  const random = createRandom(options.seed);
  const order = split.training.slice();
  const statistics = featureStatistics(set.features, set.dimensions, split.training);
  const head = createHead(tf, options.head, statistics, options, random);
  try {
    for (let epoch = 1; epoch <= options.epochs; epoch++) {
      const start = performance.now();
      const loss = await learn(tf, head, set, random.shuffle(order), options.batchSize, hooks.signal);
      const logits = await logitsOf(tf, head, set, split.validation, hooks.signal);
      const validationLoss = logLoss(logits, validationLabels);
      requireFinite(loss + validationLoss, epoch, options);
      const seconds = (performance.now() - start) / 1000;
      const result = { epoch, loss, validationLoss, ...judge(logits, validationLabels), seconds };
      await files.write(epoch, await head.weights());
      epochs.push(result);
      await hooks.onEpoch?.(result);
      choice.offer(epoch, logits);
      if (options.patience > 0 && epoch - choice.lowest() >= options.patience) break;
    }
  } finally {
    head.dispose();
  }
  const { epoch: chosenEpoch, logits: validationLogits } = choice.chosen();
  return {
    head: options.head,
    dimensions: set.dimensions,
    epochs,
    chosenEpoch,
    weights: await files.choose(chosenEpoch),
    split,
    validationLogits,
    metrics: metricsOf(set, split, epochs[chosenEpoch - 1], validationLogits),
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

/** @param logits none NaN: no order would hold them. */
function judge(logits: Float32Array, labels: Uint8Array): Pick<EpochResult, 'validationAuc' | 'validationAccuracy'> {
  return {
    validationAuc: rocAuc(logits, labels),
    validationAccuracy: accuracy(confusion(logits, labels, 0)) ?? 0,
  };
}

function requireFinite(loss: number, epoch: number, options: TrainOptions): void {
  if (Number.isFinite(loss)) return;
  throw new WinnowError(
    'LOSS_NOT_FINITE',
    `The loss is no longer a finite number in epoch ${epoch} (learningRate ${options.learningRate}, l2 ${options.l2}). ` +
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
