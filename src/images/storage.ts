import { randomUUID } from 'node:crypto';
import { access, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { systemCode } from '../errors.js';
import { makeFolder } from '../folders.js';
import type { LetterboxSpec } from './letterbox.js';
import { letterboxFingerprint } from './letterbox.js';

/** Writing a square takes milliseconds: what has lain in the workshop for so long was left by a process that was killed. */
const LEFT_MS = 10 * 60_000;

/** Where the square of an image is kept: home/squares/<fingerprint, 12 digits>/ab/<sha256>.jpg. A second level of folders made writing twice as slow. */
export function squarePath(home: string, spec: LetterboxSpec, sha256: string): string {
  const fingerprint = letterboxFingerprint(spec).slice(0, 12);
  return join(home, 'squares', fingerprint, sha256.slice(0, 2), `${sha256}.jpg`);
}

/** Where squares are written until they are whole: one small folder, so that what is left there is found. */
export function squareWorkshop(home: string): string {
  return join(home, 'squares', '.writing');
}

/**
 * Writes a file so that under its name there is never half of it: to a temporary name in `workshop`, a folder of the same file
 * system, then renamed. Makes the folders that are missing. Several writers of one path are fine; the last one stays.
 * @throws the file system's error (no space, no permission); the temporary file is gone then
 */
export async function writeAtomically(path: string, bytes: Buffer, workshop: string): Promise<void> {
  const temporary = join(workshop, `${randomUUID()}.tmp`);
  try {
    await inFolder(workshop, () => writeFile(temporary, bytes, { flag: 'wx' }));
    await inFolder(dirname(path), () => rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Takes away what killed writers left in a workshop. */
export async function clearWorkshop(workshop: string): Promise<void> {
  const names = await readdir(workshop).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const path of names.map((name) => join(workshop, name))) {
    const changed = (await stat(path).catch(() => null))?.mtimeMs ?? Infinity;
    if (Date.now() - changed >= LEFT_MS) await rm(path, { force: true });
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

/** Does something that needs a folder; makes the folder only when it is missing. */
async function inFolder(folder: string, work: () => Promise<void>): Promise<void> {
  await work().catch(async (error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    await makeFolder(folder);
    await work();
  });
}
