import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { systemCode } from '../errors.js';
import type { LetterboxSpec } from './letterbox.js';
import { letterboxFingerprint } from './letterbox.js';

/** Where the square of an image is kept: home/squares/<fingerprint, 12 digits>/ab/<sha256>.jpg. A second level of folders made writing twice as slow. */
export function squarePath(home: string, spec: LetterboxSpec, sha256: string): string {
  const fingerprint = letterboxFingerprint(spec).slice(0, 12);
  return join(home, 'squares', fingerprint, sha256.slice(0, 2), `${sha256}.jpg`);
}

/**
 * Writes a file so that under its name there is never half of it: to a temporary name in the same folder, then
 * renamed. Makes the folders that are missing. Several writers of one path are fine; the last one stays.
 * @throws the file system's error (no space, no permission); the temporary file is gone then
 */
export async function writeAtomically(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, bytes, { flag: 'wx' }).catch(async (error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, bytes, { flag: 'wx' });
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** True when something is at the path. @throws the file system's error when that cannot be told */
export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
