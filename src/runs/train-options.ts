import { FINE_TUNE_OPTIONS } from '../ml/training-options.js';
import { parseTrainOptions, type TrainOptions } from '../ml/training.js';
import type { Carry } from './carry-over.js';
import { featureOptions, type FeatureOptions } from './networks.js';
import { bad, choice, integer, optional, readOptions, share } from './options.js';

/** What learns: a head on features, or with it the network from its fourth block on. */
export const FINE_TUNINGS = ['NONE', 'BLOCK4'] as const;

interface OwnOptions extends FeatureOptions {
  fineTune: (typeof FINE_TUNINGS)[number];
  /** With fine-tuning: height and width of the squares, in pixels; null for what the backbone sees. */
  size: number | null;
  carry: Carry;
  /** With INT8: the most that the AUC on validation labels may lose against FP32. */
  maxAucLoss: number;
}

export interface TrainingOptions extends OwnOptions, TrainOptions {}

/** A fiftieth: less than what another draw of some hundred labels changes. */
const MAX_AUC_LOSS = 0.02;
/** The one network that is trained itself. Its last output has a 32nd of the square's height. */
const FINE_TUNED = 'vgg16';
const STEP = 32;

/**
 * The options of a TRAIN run.
 * @throws WinnowError BAD_INPUT that names the first option that is unknown, out of range, or in the way of fine-tuning
 */
export function parseTraining(input: unknown): TrainingOptions {
  const { backbone, precision, position, pad, carry, maxAucLoss, fineTune, size, ...training } = input as Record<
    string,
    unknown
  >;
  const tuned = fineTune !== undefined && fineTune !== null && fineTune !== 'NONE';
  const own = readOptions<OwnOptions>(
    { backbone: backbone ?? (tuned ? FINE_TUNED : null), precision, position, pad, carry, maxAucLoss, fineTune, size },
    {
      ...featureOptions,
      fineTune: optional(choice(...FINE_TUNINGS), 'NONE'),
      size: optional(integer(STEP, 16 * STEP), null),
      carry: optional(choice('PRECISION', 'SHARE', 'NONE'), 'PRECISION'),
      maxAucLoss: optional(share, MAX_AUC_LOSS),
    },
  );
  if (!tuned) {
    if (own.size !== null)
      throw bad('size goes with fine-tuning: features are those of the size that the backbone sees.');
    return { ...own, ...parseTrainOptions(training) };
  }
  const options = parseTrainOptions({ ...training, head: training.head ?? FINE_TUNE_OPTIONS.head }, FINE_TUNE_OPTIONS);
  requireTunable(own, options);
  return { ...own, ...options };
}

/** Those that say how a model learns, whatever it learns from. */
export function headOptions(options: TrainingOptions): TrainOptions {
  const names = Object.keys(FINE_TUNE_OPTIONS) as (keyof TrainOptions)[];
  return Object.fromEntries(names.map((name) => [name, options[name]])) as unknown as TrainOptions;
}

function requireTunable({ backbone, precision, size }: OwnOptions, { head, folds, augmentation }: TrainOptions): void {
  const demand = (holds: boolean, name: string, expected: string | number, actual: unknown) => {
    if (!holds) throw bad(`With fine-tuning, ${name} must be ${expected}, but is ${JSON.stringify(actual)}.`);
  };
  demand(backbone === FINE_TUNED, 'backbone', FINE_TUNED, backbone);
  demand(precision === 'FP32', 'precision', 'FP32', precision);
  demand(head === 'MLP', 'head', 'MLP', head);
  demand(folds === 1, 'folds', 1, folds);
  demand(augmentation === 'NONE', 'augmentation', 'NONE', augmentation);
  demand((size ?? STEP) % STEP === 0, 'size', `a multiple of ${STEP}`, size);
}
