import { WinnowError } from '../errors.js';
import type { EpochFiles } from './epoch-files.js';
import type { Folds } from './folds.js';
import { accuracy, confusion, logLoss, precision, recall, rocAuc } from './metrics.js';
import type { Random } from './random.js';
import { chooseEpoch } from './training-choice.js';
import { labelsOf } from './training-loop.js';
import type { TrainOptions } from './training-options.js';

export interface EpochResult {
  /** From 1. */
  epoch: number;
  /** Mean cross-entropy of the labels learnt from in nats, each batch taken before its step, without the L2 penalty. */
  loss: number;
  /** Mean cross-entropy of the held-out labels in nats, each judged by a head that has not seen it. */
  validationLoss: number;
  validationAuc: number | null;
  /** At threshold 0.5. */
  validationAccuracy: number;
  seconds: number;
}

/** What learns, one epoch after the other. */
export interface Learner {
  /** One pass over the rows, in this order. @returns the mean loss of a label, each batch taken before its step. */
  learn(order: Int32Array): Promise<number>;
  /** The logits of `folds.heldOut`, each by a head that has not seen it. */
  heldOutLogits(): Promise<Float32Array>;
  /** All that it has learnt. */
  weights(): Promise<Float32Array[]>;
}

export interface Epochs {
  readonly epochs: EpochResult[];
  readonly chosenEpoch: number;
  /** Which labels it learnt from and which were held out, as indices into the training set. */
  readonly folds: Folds;
  /** Logits of `folds.heldOut` after the chosen epoch, each by a head that never saw it. */
  readonly heldOutLogits: Float32Array;
  /** Of `heldOutLogits`; precision, recall and accuracy at threshold 0.5. */
  readonly metrics: Record<string, number | null>;
}

export interface TrainingHooks {
  /** Made when missing. The weights of each epoch stand here until the best is chosen; then only its own do. */
  readonly directory: string;
  readonly onEpoch?: (result: EpochResult) => Promise<void>;
  readonly signal?: AbortSignal;
}

interface Surroundings {
  readonly files: EpochFiles;
  readonly folds: Folds;
  /** Rows that are learnt from; beside those of the folds there may be mirrors of them. */
  readonly learnt: Int32Array;
  /** n, 1 for positive and 0 for negative. */
  readonly labels: Uint8Array;
  readonly options: TrainOptions;
  /** Decides the order of the labels. */
  readonly random: Random;
  /** A learning rate to recommend. */
  readonly usualRate: number;
  /** Weights take much room: those of epochs that can no longer be chosen are removed at once. */
  readonly large?: boolean;
  readonly onEpoch?: (result: EpochResult) => Promise<void>;
}

/**
 * Lets something learn for some epochs, writes its weights after each, and chooses one by the loss on held-out labels (see
 * chooseEpoch); the files of the others are then gone.
 * @throws WinnowError LOSS_NOT_FINITE, and what the learner throws.
 */
export async function learnEpochs(learner: Learner, around: Surroundings): Promise<Epochs> {
  const { files, folds, labels, options, random } = around;
  const heldOut = labelsOf({ labels }, folds.heldOut);
  const choice = chooseEpoch(heldOut);
  const epochs: EpochResult[] = [];
  const order = around.learnt.slice();
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const start = performance.now();
    const loss = await learner.learn(random.shuffle(order));
    const logits = await learner.heldOutLogits();
    const validationLoss = logLoss(logits, heldOut);
    requireFinite(loss + validationLoss, epoch, around);
    const seconds = (performance.now() - start) / 1000;
    const result = { epoch, loss, validationLoss, ...judge(logits, heldOut), seconds };
    await files.write(epoch, await learner.weights());
    epochs.push(result);
    await around.onEpoch?.(result);
    choice.offer(epoch, logits);
    if (around.large) await files.keepOnly(choice.chosen().epoch);
    if (options.patience > 0 && epoch - choice.lowest() >= options.patience) break;
  }
  const { epoch: chosenEpoch, logits } = choice.chosen();
  await files.keepOnly(chosenEpoch);
  const metrics = metricsOf(labels, folds, epochs[chosenEpoch - 1], logits);
  return { epochs, chosenEpoch, folds, heldOutLogits: logits, metrics };
}

/** @param logits none NaN: no order would hold them. */
function judge(logits: Float32Array, labels: Uint8Array): Pick<EpochResult, 'validationAuc' | 'validationAccuracy'> {
  return {
    validationAuc: rocAuc(logits, labels),
    validationAccuracy: accuracy(confusion(logits, labels, 0)) ?? 0,
  };
}

function requireFinite(loss: number, epoch: number, { options, usualRate }: Surroundings): void {
  if (Number.isFinite(loss)) return;
  throw new WinnowError(
    'LOSS_NOT_FINITE',
    `The loss is no longer a finite number in epoch ${epoch} (learningRate ${options.learningRate}, l2 ${options.l2}). ` +
      `Train again with a lower learningRate (the default for ${options.head} is ${usualRate}) or l2.`,
  );
}

function metricsOf(
  labels: Uint8Array,
  { learnt, heldOut }: Folds,
  result: EpochResult,
  logits: Float32Array,
): Record<string, number | null> {
  const positives = (rows: Int32Array): number => rows.reduce((sum, row) => sum + labels[row], 0);
  // A logit of 0 is a score of 0.5.
  const counts = confusion(logits, labelsOf({ labels }, heldOut), 0);
  return {
    loss: result.loss,
    validationLoss: result.validationLoss,
    validationAuc: result.validationAuc,
    validationAccuracy: result.validationAccuracy,
    validationPrecision: precision(counts),
    validationRecall: recall(counts),
    trainingPositives: positives(learnt),
    trainingNegatives: learnt.length - positives(learnt),
    validationPositives: positives(heldOut),
    validationNegatives: heldOut.length - positives(heldOut),
  };
}
