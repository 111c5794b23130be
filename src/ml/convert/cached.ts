import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { systemCode } from '../../errors.js';
import { makeFolder } from '../../folders.js';

/**
 * The bytes of the file at `path`, made when it is not there, or not what its hash, recorded beside it, says. Safe from any
 * number of processes at once, as long as `make` gives the same bytes each time: then it does not matter who comes last.
 */
export async function cached(path: string, make: () => Uint8Array | Promise<Uint8Array>): Promise<Uint8Array> {
  const kept = await readIntact(path);
  if (kept !== undefined) return kept;
  const bytes = await make();
  await writeWhole(path, bytes);
  await writeWhole(hashPath(path), sha256(bytes));
  return bytes;
}

async function readIntact(path: string): Promise<Uint8Array | undefined> {
  try {
    const [bytes, recorded] = await Promise.all([readFile(path), readFile(hashPath(path), 'utf8')]);
    return sha256(bytes) === recorded ? bytes : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file that is under its name either whole or not at all; makes the folders that are missing. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await makeFolder(dirname(path));
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function hashPath(path: string): string {
  return `${path}.sha256`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
