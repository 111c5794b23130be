import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { makeFolder } from '../folders.js';

const EPOCH_FILE = /^epoch-\d+\.weights$/;

/** The weights of the epochs of one training, a file each: the arrays one after the other, little-endian float32. */
export interface EpochFiles {
  /** @param arrays of the same number and lengths in every epoch. */
  write(epoch: number, arrays: readonly Float32Array[]): Promise<void>;
  /** Removes the files of all other epochs. */
  keepOnly(epoch: number): Promise<void>;
  read(epoch: number): Promise<Float32Array[]>;
}

/** Files that an interrupted training left in the directory are removed. */
export async function openEpochFiles(directory: string): Promise<EpochFiles> {
  await makeFolder(directory);
  await removeExcept(directory, null);
  let lengths: number[] = [];
  return {
    async write(epoch, arrays) {
      lengths = arrays.map(({ length }) => length);
      await writeFile(join(directory, fileName(epoch)), arrays.map(bytesOf));
    },
    keepOnly: (epoch) => removeExcept(directory, fileName(epoch)),
    async read(epoch) {
      const bytes = await readFile(join(directory, fileName(epoch)));
      let offset = 0;
      return lengths.map((length) => {
        const array = new Float32Array(length);
        bytesOf(array).set(bytes.subarray(offset, (offset += array.byteLength)));
        return array;
      });
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

function bytesOf(array: Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
