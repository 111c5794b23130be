import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Config } from '../config.js';
import type { NewFailure } from '../catalog/failures.js';
import { isFailure, WinnowError } from '../errors.js';
import { makeFolder } from '../folders.js';
import type { LetterboxSpec } from '../images/letterbox.js';
import { loadBackbone, type BackboneDefinition } from '../ml/backbones.js';
import { inBatches, mapConcurrent } from './pipeline.js';
import { readSquare, type Picture } from './squares.js';

/** Squares in one run of the network: as many as it takes at once. */
const BATCH = 8;
/** Pictures under way: two batches, and the network's own. */
const AHEAD = 24;
const BYTES_PER_NUMBER = 4;

/** What the frozen part of a network makes of some pictures, in a file: float32, one row after the other. */
export interface FrozenOutputs {
  write(row: number, output: Float32Array): Promise<void>;
  /** The rows one after the other. */
  read(rows: Int32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** @param width numbers in a row. */
export async function openFrozenOutputs(path: string, width: number): Promise<FrozenOutputs> {
  await makeFolder(dirname(path));
  const file = await open(path, 'w+');
  const length = width * BYTES_PER_NUMBER;
  return {
    async write(row, output) {
      await file.write(new Uint8Array(output.buffer, output.byteOffset, length), 0, length, row * length);
    },
    async read(rows) {
      const outputs = new Float32Array(rows.length * width);
      const bytes = new Uint8Array(outputs.buffer);
      await Promise.all(
        Array.from(rows, async (row, i) => {
          const { bytesRead } = await file.read(bytes, i * length, length, row * length);
          if (bytesRead !== length) throw new Error(`row ${row} of ${path} is not there`);
        }),
      );
      return outputs;
    },
    close: () => file.close(),
  };
}

/** @throws WinnowError BAD_INPUT that names the setting, when so many pictures need more room than is permitted. */
export function requireRoom(
  pictures: number,
  { size, dimensions }: BackboneDefinition,
  { fineTuneBytes }: Config,
): void {
  const each = dimensions * BYTES_PER_NUMBER;
  if (pictures * each <= fineTuneBytes) return;
  throw new WinnowError(
    'BAD_INPUT',
    `Fine-tuning on ${pictures} labelled images of ${size} pixels keeps ${pictures * each} bytes on disk while it runs, ` +
      `but WINNOW_FINE_TUNE_BYTES permits ${fineTuneBytes}. Raise it, or train at a smaller size.`,
  );
}

/**
 * Shows pictures to the frozen part and keeps what it makes of each, picture i in row i.
 * @returns those that could not be read; their rows are empty.
 */
export async function computeFrozenOutputs(
  definition: BackboneDefinition,
  letterbox: LetterboxSpec,
  pictures: readonly Picture[],
  outputs: FrozenOutputs,
  config: Config,
  signal: AbortSignal,
): Promise<NewFailure[]> {
  const { size, dimensions } = definition;
  const failures: NewFailure[] = [];
  const decode = async (row: number): Promise<{ row: number; pixels: Uint8Array } | null> => {
    try {
      return { row, pixels: await readSquare(pictures[row], letterbox, config) };
    } catch (error) {
      if (!isFailure(error)) throw error;
      failures.push({ imageId: pictures[row].imageId, code: error.code, message: error.message });
      return null;
    }
  };
  const network = await loadBackbone(definition, config);
  try {
    for await (const batch of inBatches(mapConcurrent(pictures.keys(), AHEAD, decode, signal), BATCH)) {
      const seen = batch.filter((square) => square !== null);
      const pixels = new Uint8Array(seen.length * size * size * 3);
      seen.forEach((square, i) => pixels.set(square.pixels, i * size * size * 3));
      const made = await network.embed(pixels, seen.length);
      for (const [i, { row }] of seen.entries()) {
        await outputs.write(row, made.subarray(i * dimensions, (i + 1) * dimensions));
      }
    }
  } finally {
    await network.dispose();
  }
  return failures;
}
