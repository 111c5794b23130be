import { createHash } from 'node:crypto';

import { WinnowError } from '../../errors.js';
import { readModelFile } from '../onnx/model-file.js';
import { adaptNetwork, type Pooling, type Preprocessing } from './adapt.js';

export interface AddedNetwork {
  /** The network in the common form, its preprocessing and pooling within. */
  readonly network: Uint8Array;
  readonly dimensions: number;
  readonly pooling: Pooling;
  /** 1 when it takes no more than one picture at a time. */
  readonly squaresPerRun: number | null;
  /** Hex SHA-256 of the file as it came. */
  readonly original: string;
}

/** protobuf cannot say more than 2 GiB, and a network is held in memory twice while it is read. */
export const MOST_NETWORK_BYTES = 2 ** 30;
/** More numbers an image than any of the well-known networks gives, and 128 KiB a row. */
const MOST_DIMENSIONS = 65_536;
const TRIAL_SQUARES = 3;
/** Of the largest magnitude: what rounding in another order may come to. */
const SAME = 1e-3;

/**
 * Reads a network of somebody else's and finds out, by running it, what it gives: its dimensions, how they are pooled, and
 * whether it takes several pictures at once.
 * @param pooling null for the rule: 2 axes as they are; 4 axes [n, channels, height, width], or the other layout, averaged over
 *   space; 3 axes [n, tokens, width] the first token
 * @throws WinnowError BAD_INPUT that says what is wrong with the file or with what was said of it.
 */
export async function examineNetwork(
  bytes: Uint8Array,
  how: Preprocessing,
  pooling: Pooling | null,
  { threads }: { threads: number },
): Promise<AddedNetwork> {
  const model = readModelFile(bytes);
  const raw = adaptNetwork(model, how, null);
  const { shape } = (await trial(raw, how.size, 1, threads))[0];
  const rank = shape.length;
  const chosen = pooling ?? defaultPooling(rank);
  if (!POOLED_RANKS[chosen].includes(rank)) {
    throw bad(`${how.output} has ${rank} axes, [${shape.join(', ')}], of which ${chosen} makes no vector.`);
  }
  const network = adaptNetwork(model, how, { rank, pooling: chosen });
  const alone = await trial(network, how.size, TRIAL_SQUARES, threads, 1);
  const together = await trial(network, how.size, TRIAL_SQUARES, threads).catch(() => []);
  const dimensions = alone[0].values.length;
  if (dimensions > MOST_DIMENSIONS) {
    throw bad(
      `${how.output} gives ${dimensions} numbers a picture, but ${MOST_DIMENSIONS} is the most. Name an output that is pooled.`,
    );
  }
  if (alone.some(({ values }) => values.some((value) => !Number.isFinite(value)))) {
    throw bad(
      `${how.output} is not finite on a trial picture. Are mean and std those that the network was trained with?`,
    );
  }
  const squaresPerRun = sameFeatures(alone, together) ? null : 1;
  const original = createHash('sha256').update(bytes).digest('hex');
  return { network, dimensions, pooling: chosen, squaresPerRun, original };
}

const POOLED_RANKS: Readonly<Record<Pooling, readonly number[]>> = {
  NONE: [2, 3, 4],
  MEAN: [3, 4],
  FIRST_TOKEN: [3],
};

function defaultPooling(rank: number): Pooling {
  if (rank === 3) return 'FIRST_TOKEN';
  return rank === 4 ? 'MEAN' : 'NONE';
}

interface Output {
  shape: readonly number[];
  values: Float32Array;
}

/** The outputs for trial pictures, the same ones every time: grey, and noise. */
async function trial(
  network: Uint8Array,
  size: number,
  count: number,
  threads: number,
  perRun = count,
): Promise<Output[]> {
  const { openProbe } = await import('../engine.js');
  const square = size * size * 3;
  let state = 1;
  const pixels = Uint8Array.from({ length: count * square }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Knuth's linear congruential generator
    return i < square ? 128 : state >>> 24;
  });
  const outputs: Output[] = [];
  const probe = await openProbe(network, { threads }).catch((cause: unknown) => {
    throw bad(`ONNX Runtime does not open it: ${reason(cause)}`, cause);
  });
  try {
    for (let first = 0; first < count; first += perRun) {
      const some = pixels.subarray(first * square, (first + perRun) * square);
      const { dims, data } = await probe.run(some, [perRun, size, size, 3]);
      const width = data.length / perRun;
      for (let i = 0; i < perRun; i += 1) outputs.push({ shape: dims, values: data.slice(i * width, (i + 1) * width) });
    }
  } catch (cause) {
    throw bad(`ONNX Runtime does not run it on a picture of ${size} x ${size}: ${reason(cause)}`, cause);
  } finally {
    await probe.dispose();
  }
  return outputs;
}

function sameFeatures(one: readonly Output[], other: readonly Output[]): boolean {
  if (one.length !== other.length) return false;
  return one.every(({ values }, picture) => {
    const theirs = other[picture].values;
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return values.length === theirs.length && values.every((value, i) => Math.abs(value - theirs[i]) <= SAME * largest);
  });
}

/** The first line: what follows are places in ONNX Runtime's sources. */
function reason(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0].slice(0, 300);
}

function bad(message: string, cause?: unknown): WinnowError {
  return new WinnowError('BAD_INPUT', message, { cause });
}
