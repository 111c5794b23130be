import { WinnowError } from '../errors.js';
import type { CalibrationKind } from './calibration.js';

/** LINEAR: standardised features, one dense unit. MLP: batch normalisation, 2,048 hidden units, one dense unit. */
export type Head = 'LINEAR' | 'MLP';

/** FLIP: the pictures are learnt from flipped left to right as well. */
export type Augmentation = 'NONE' | 'FLIP';

export interface TrainOptions {
  head: Head;
  /** The most passes over the training part. */
  epochs: number;
  batchSize: number;
  /** Adam's step. */
  learningRate: number;
  /** Penalty on the sum of squared kernel weights, added to the mean loss of a label. Biases are free. */
  l2: number;
  /** 0..2^32-1. Decides the split, the order of batches and the initial weights. */
  seed: number;
  /** Share of each class held out, 0.05..0.5: at once, or fold by fold. */
  validationShare: number;
  /**
   * 2..20: labels are held out in so many folds, all of them once, and the model learns from every label. 1: the share
   * is held out once, and the model learns from the rest. By default LINEAR has as many folds as the share makes, MLP one.
   */
  folds: number;
  /** How scores are made to be probabilities: see fitCalibration. */
  calibration: CalibrationKind;
  /** FLIP wants the training set's mirrors. */
  augmentation: Augmentation;
  /** Epochs without a lower validation loss before training stops; 0 never stops early. */
  patience: number;
}

const COMMON = { seed: 1, validationShare: 0.2, calibration: 'COLLECTION', augmentation: 'NONE' } as const;

export const DEFAULT_TRAIN_OPTIONS: Readonly<Record<Head, Readonly<TrainOptions>>> = {
  LINEAR: {
    head: 'LINEAR',
    epochs: 100,
    batchSize: 32,
    learningRate: 0.003,
    l2: 0.07,
    patience: 30,
    folds: 5,
    ...COMMON,
  },
  MLP: { head: 'MLP', epochs: 100, batchSize: 64, learningRate: 0.0001, l2: 0.0001, patience: 10, folds: 1, ...COMMON },
};

/** Of the seed's recipe, which trains half of the network with the head: small steps, or what it knows is lost. */
export const FINE_TUNE_OPTIONS: Readonly<TrainOptions> = {
  head: 'MLP',
  epochs: 100,
  batchSize: 32,
  learningRate: 0.00001,
  l2: 0,
  patience: 20,
  folds: 1,
  ...COMMON,
};

type Check = (value: unknown) => boolean;

const CHECKS: Record<keyof TrainOptions, { expected: string; holds: Check }> = {
  head: { expected: 'LINEAR or MLP', holds: (value) => value === 'LINEAR' || value === 'MLP' },
  epochs: { expected: 'a whole number from 1 to 10000', holds: whole(1, 10_000) },
  batchSize: { expected: 'a whole number from 1 to 65536', holds: whole(1, 65_536) },
  learningRate: {
    expected: 'a number above 0, at most 10',
    holds: (value) => finite(value) && value > 0 && value <= 10,
  },
  l2: { expected: 'a number from 0 to 1000', holds: (value) => finite(value) && value >= 0 && value <= 1000 },
  seed: { expected: 'a whole number from 0 to 4294967295', holds: whole(0, 2 ** 32 - 1) },
  validationShare: {
    expected: 'a number from 0.05 to 0.5',
    holds: (value) => finite(value) && value >= 0.05 && value <= 0.5,
  },
  folds: { expected: 'a whole number from 1 to 20', holds: whole(1, 20) },
  calibration: {
    expected: 'NONE, LABELS or COLLECTION',
    holds: (value) => value === 'NONE' || value === 'LABELS' || value === 'COLLECTION',
  },
  augmentation: { expected: 'NONE or FLIP', holds: (value) => value === 'NONE' || value === 'FLIP' },
  patience: { expected: 'a whole number from 0 to 10000', holds: whole(0, 10_000) },
};

/**
 * Fills what is missing (undefined or null) with the head's defaults.
 * @param defaults others than the head's.
 * @throws WinnowError BAD_INPUT that names the first option that is unknown or out of range.
 */
export function parseTrainOptions(
  input: { readonly [name in keyof TrainOptions]?: unknown },
  defaults?: TrainOptions,
): TrainOptions {
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  for (const [name, value] of given) {
    if (!isOption(name)) {
      throw new WinnowError(
        'BAD_INPUT',
        `There is no train option ${name}. The options are ${Object.keys(CHECKS).join(', ')}.`,
      );
    }
    if (!CHECKS[name].holds(value)) {
      throw new WinnowError('BAD_INPUT', `${name} must be ${CHECKS[name].expected}, but is ${JSON.stringify(value)}.`);
    }
  }
  const head = (input.head ?? 'LINEAR') as Head;
  const options = {
    ...(defaults ?? DEFAULT_TRAIN_OPTIONS[head]),
    ...(Object.fromEntries(given) as Partial<TrainOptions>),
  };
  const byShare = defaults === undefined && head === 'LINEAR' && (input.folds ?? null) === null;
  return byShare ? { ...options, folds: Math.round(1 / options.validationShare) } : options;
}

function isOption(name: string): name is keyof TrainOptions {
  return Object.hasOwn(CHECKS, name);
}

function finite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function whole(min: number, max: number): Check {
  return (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}
