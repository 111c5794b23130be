import { openEngine } from '../engine.js';
import { measureRanges } from './calibrate.js';
import { activationNames, operationNames, quantiseNetwork } from './quantise.js';

export interface QuantisedNetwork {
  /** An .onnx file of the common form. */
  readonly network: Uint8Array;
  /** Operations that lost too much in integers, and stayed in float. */
  readonly float: readonly string[];
  /** How many operations have weights that can be quantised. */
  readonly operations: number;
  /** Pictures that the ranges were measured on. */
  readonly squares: number;
  /** Of the features of trial pictures: the variance of what was lost over that of the feature, the mean over the features. */
  readonly error: number;
}

interface Shape {
  /** Of the squares, in pixels. */
  readonly size: number;
  readonly dimensions: number;
  readonly threads: number;
}

/** Pictures of the collection whose ranges are measured. */
export const CALIBRATION_SQUARES = 256;
/** Pictures on which the loss of each operation is seen. */
const TRIAL_SQUARES = 16;
/** Squares in one run. */
const BATCH = 8;
/**
 * Quantising one operation after the other adds up what each loses, roughly. The worst are left in float until what the
 * others lose together, each seen alone, is no more than this share of a feature's variance.
 */
const ERROR_BUDGET = 0.1;
/** What one feature can count for: noise alone has 2. */
const MOST_ERROR = 2;
/** Against features that hardly vary over the trial pictures. */
const VARIANCE_EPSILON = 1e-6;

/**
 * Post-training static quantisation of a backbone: measures ranges on pictures, sees what each operation would lose, and
 * writes the network anew in integers, but for those that lose too much.
 * @param network an .onnx file of the common form
 * @param squares pictures, size * size * 3 bytes each
 * @throws WinnowError BAD_INPUT when it cannot be quantised, CANCELLED
 */
export async function quantiseBackbone(
  network: Uint8Array,
  squares: AsyncIterable<Uint8Array>,
  shape: Shape,
  signal?: AbortSignal,
): Promise<QuantisedNetwork> {
  const names = activationNames(network);
  const trial: Uint8Array[] = [];
  const remembered = async function* () {
    for await (const square of squares) {
      signal?.throwIfAborted();
      if (trial.length < TRIAL_SQUARES) trial.push(square);
      yield square;
    }
  };
  const measured = await measureRanges(network, names, remembered(), shape);
  const expected = await featuresOf(network, trial, shape);
  const errorOf = async (float: ReadonlySet<string>) => {
    signal?.throwIfAborted();
    return featureError(
      await featuresOf(quantiseNetwork(network, measured.ranges, float), trial, shape),
      expected,
      shape,
    );
  };
  const operations = operationNames(network);
  const float = await sensitiveOperations(operations, errorOf);
  return {
    network: quantiseNetwork(network, measured.ranges, float),
    float: [...float],
    operations: operations.length,
    squares: measured.squares,
    error: await errorOf(float),
  };
}

async function sensitiveOperations(
  operations: readonly string[],
  errorOf: (float: ReadonlySet<string>) => Promise<number>,
): Promise<Set<string>> {
  const alone: { name: string; error: number }[] = [];
  for (const name of operations) {
    alone.push({ name, error: await errorOf(new Set(operations.filter((other) => other !== name))) });
  }
  let together = 0;
  const kept = alone
    .sort((a, b) => a.error - b.error)
    .filter(({ error }) => (together += error) <= ERROR_BUDGET)
    .map(({ name }) => name);
  return new Set(operations.filter((name) => !kept.includes(name)));
}

async function featuresOf(
  network: Uint8Array,
  squares: readonly Uint8Array[],
  { size, dimensions, threads }: Shape,
): Promise<Float32Array> {
  const engine = await openEngine(network, { threads });
  const features = new Float32Array(squares.length * dimensions);
  try {
    for (let first = 0; first < squares.length; first += BATCH) {
      const some = squares.slice(first, first + BATCH);
      const pixels = Buffer.concat(some);
      const into = features.subarray(first * dimensions, (first + some.length) * dimensions);
      await engine.run(pixels, [some.length, size, size, 3], into, [some.length, dimensions]);
    }
    return features;
  } finally {
    await engine.dispose();
  }
}

/** The mean over the features of (squared error over variance), both over the pictures. */
function featureError(actual: Float32Array, expected: Float32Array, { dimensions }: Pick<Shape, 'dimensions'>): number {
  const pictures = expected.length / dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) {
    let [mean, squared, lost] = [0, 0, 0];
    for (let i = d; i < expected.length; i += dimensions) {
      mean += expected[i] / pictures;
      squared += expected[i] ** 2 / pictures;
      lost += (expected[i] - actual[i]) ** 2 / pictures;
    }
    sum += Math.min(MOST_ERROR, lost / (squared - mean ** 2 + VARIANCE_EPSILON));
  }
  return sum / dimensions;
}
