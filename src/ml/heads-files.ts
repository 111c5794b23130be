import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { HeadWeights } from './heads.js';

const EPOCH_FILE = /^epoch-\d+\.weights$/;

/**
 * The weights of every epoch of one training, a file each: little-endian float32, in the order mean, deviation, scale,
 * shift, then kernel and bias of each layer. Files that an interrupted training left in the directory are removed.
 */
export async function openEpochWeights(directory: string): Promise<{
  write(epoch: number, weights: HeadWeights): Promise<void>;
  /** Reads one epoch's weights and removes the files of all others. */
  choose(epoch: number): Promise<HeadWeights>;
}> {
  await mkdir(directory, { recursive: true });
  await removeExcept(directory, null);
  let shape: HeadWeights | undefined;
  return {
    async write(epoch, weights) {
      shape = weights;
      await writeFile(join(directory, fileName(epoch)), Buffer.concat(arraysOf(weights).map(bytesOf)));
    },
    async choose(epoch) {
      const bytes = await readFile(join(directory, fileName(epoch)));
      if (!shape) throw new Error('no epoch has been written');
      const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      await removeExcept(directory, fileName(epoch));
      return fill(shape, numbers);
    },
  };
}

function fileName(epoch: number): string {
  return `epoch-${String(epoch).padStart(4, '0')}.weights`;
}

async function removeExcept(directory: string, kept: string | null): Promise<void> {
  for (const name of await readdir(directory)) {
    if (EPOCH_FILE.test(name) && name !== kept) await rm(join(directory, name));
  }
}

function arraysOf(weights: HeadWeights): Float32Array[] {
  const layers = weights.layers.flatMap(({ kernel, bias }) => [kernel, bias]);
  return [weights.mean, weights.deviation, weights.scale, weights.shift, ...layers];
}

function bytesOf(array: Float32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** Cuts numbers into arrays of the lengths that `shape` has. */
function fill(shape: HeadWeights, numbers: Float32Array): HeadWeights {
  let offset = 0;
  const take = ({ length }: Float32Array): Float32Array => numbers.subarray(offset, (offset += length));
  return {
    mean: take(shape.mean),
    deviation: take(shape.deviation),
    scale: take(shape.scale),
    shift: take(shape.shift),
    layers: shape.layers.map((layer) => ({ ...layer, kernel: take(layer.kernel), bias: take(layer.bias) })),
  };
}
