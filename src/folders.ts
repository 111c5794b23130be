import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { systemCode } from './errors.js';

/**
 * Makes a folder, and those above it that are missing. Node's own `recursive` goes round for ever, at full speed, where a folder
 * that is there says ENOENT to a new one, as those of /proc do.
 * @throws the file system's error
 */
export async function makeFolder(path: string): Promise<void> {
  const refused = await makeOne(path);
  if (refused === null) return;
  if (systemCode(refused) !== 'ENOENT' || dirname(path) === path) throw refused;
  await makeFolder(dirname(path));
  const again = await makeOne(path);
  if (again !== null) throw again;
}

/** @returns null when the folder is there now, else what the file system says. */
async function makeOne(path: string): Promise<Error | null> {
  try {
    await mkdir(path);
    return null;
  } catch (error) {
    return (await stat(path).catch(() => null))?.isDirectory() ? null : (error as Error);
  }
}
