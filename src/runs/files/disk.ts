import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import {
  copyFile,
  link,
  lstat,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { ExportMode } from '../../entities/index.js';
import { systemCode, WinnowError } from '../../errors.js';

/**
 * What an export does to files, one at a time. Nothing is ever overwritten: a name that is taken stays as it is, and the
 * caller hears 'TAKEN'. Under a final name there is never half a file. Links are not followed at the destination.
 */

/** A file of an export, as it is known. */
export interface Exported {
  sha256: string;
  mode: ExportMode;
  /** Where it may have been taken from; what a symlink of ours points to. */
  origins: readonly string[];
}

export async function statOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** True when what stands at `path` is the exported image: the same bytes, or for SYMLINK a link to where it came from. */
export async function isOurs(path: string, { sha256, mode, origins }: Exported): Promise<boolean> {
  const stats = await statOf(path);
  if (stats === null) return false;
  if (mode === 'SYMLINK') return stats.isSymbolicLink() && origins.includes(await readlink(path));
  return stats.isFile() && (await hashOf(path)) === sha256;
}

/** Hex SHA-256 of a file's bytes; follows no link. */
export async function hashOf(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const hash = createHash('sha256');
  for await (const block of handle.createReadStream()) hash.update(block as Buffer);
  return hash.digest('hex');
}

/** Puts a file where it belongs. What an interrupted attempt put there already is taken as done. */
export async function place(source: string, target: string, file: Exported): Promise<'PLACED' | 'TAKEN'> {
  if ((await statOf(target)) === null && (await placeNew(source, target, file))) return 'PLACED';
  if (!(await isOurs(target, file))) return 'TAKEN';
  if (file.mode === 'MOVE') await dropMoved(source, target, file.sha256);
  return 'PLACED';
}

/** From one folder of an export to the other. */
export async function moveWithin(from: string, to: string, file: Exported): Promise<'PLACED' | 'TAKEN'> {
  const move = async () => {
    if (file.mode !== 'SYMLINK') return moveFile(from, to, file.sha256);
    await symlink(await readlink(from), to);
    await unlink(from);
  };
  if ((await statOf(to)) === null && (await unlessTaken(move))) return 'PLACED';
  if (!(await isOurs(to, file))) return 'TAKEN';
  if (await isOurs(from, file)) await unlink(from);
  return 'PLACED';
}

/**
 * Moves a file, never onto another one. In one file system the bytes are not touched; across two they are copied, forced
 * to the disk and compared by hash before the original goes.
 * @throws the file system's EEXIST when something stands at `to`
 */
export async function moveFile(from: string, to: string, sha256: string): Promise<void> {
  const stats = await lstat(from);
  if (stats.isSymbolicLink()) {
    await copyWhole(from, to, sha256);
    return removeOriginal(from, to);
  }
  try {
    await link(from, to);
  } catch (error) {
    switch (systemCode(error)) {
      case 'EXDEV':
        await copyWhole(from, to, sha256);
        break;
      // File systems without hard links, and files of other owners: the gap between looking and renaming is the best there is.
      case 'EPERM':
      case 'ENOTSUP':
      case 'EOPNOTSUPP':
      case 'EMLINK':
        if ((await statOf(to)) !== null) throw new TakenError(to);
        return rename(from, to);
      default:
        throw error;
    }
  }
  return removeOriginal(from, to);
}

function placeNew(source: string, target: string, { mode, sha256 }: Exported): Promise<boolean> {
  switch (mode) {
    case 'COPY':
      return unlessTaken(() => copyWhole(source, target, null));
    case 'HARDLINK':
      return unlessTaken(() => hardLink(source, target));
    case 'SYMLINK':
      return unlessTaken(() => symlink(source, target));
    case 'MOVE':
      return unlessTaken(() => moveFile(source, target, sha256));
  }
}

class TakenError extends Error {
  readonly code = 'EEXIST';
  constructor(path: string) {
    super(`something stands at ${path}`);
  }
}

/** False when the name was taken. */
async function unlessTaken(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The original of a file that has been moved, left over when the move was interrupted half-way. */
async function dropMoved(source: string, target: string, sha256: string): Promise<void> {
  const original = await statOf(source);
  if (original === null) return;
  const moved = await lstat(target);
  const same = original.ino === moved.ino && original.dev === moved.dev;
  if (same || (original.isFile() && (await hashOf(source)) === sha256)) await removeOriginal(source, null);
}

async function hardLink(source: string, target: string): Promise<void> {
  try {
    await link(await realpath(source), target);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    throw new WinnowError(
      'BAD_INPUT',
      `${source} and ${dirname(target)} are on different file systems, where no hard link can be. Export with mode COPY, SYMLINK or MOVE.`,
    );
  }
}

/** @param sha256 checked when given, and the copy forced to the disk: the original is about to go */
async function copyWhole(source: string, target: string, sha256: string | null): Promise<void> {
  const temporary = temporaryFor(target);
  await rm(temporary, { force: true });
  try {
    await copyFile(source, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    if (sha256 !== null) {
      await forceToDisk(temporary);
      if ((await hashOf(temporary)) !== sha256) {
        throw new WinnowError('CHANGED', `${source} holds other bytes now. Ingest again to take the new file in.`);
      }
    }
    const { atimeMs, mtimeMs } = await stat(source);
    await utimes(temporary, atimeMs / 1000, mtimeMs / 1000);
    await link(temporary, target).catch(async (error: unknown) => {
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemCode(error) ?? '')) throw error;
      if ((await statOf(target)) !== null) throw new TakenError(target);
      await rename(temporary, target);
    });
    if (sha256 !== null) await forceToDisk(dirname(target));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** One for each target, so that an interrupted attempt is found and cleared by the next. */
function temporaryFor(target: string): string {
  const key = createHash('sha256').update(basename(target)).digest('hex').slice(0, 32);
  return join(dirname(target), `.winnow-${key}.tmp`);
}

/** @param copy is taken away again when the original has to stay */
async function removeOriginal(from: string, copy: string | null): Promise<void> {
  try {
    await unlink(from);
  } catch (error) {
    if ((await statOf(from)) === null) return; // Somebody else was quicker; then the copy is all there is.
    if (copy !== null) await rm(copy, { force: true });
    const message = `${from} cannot be taken away from its folder (${systemCode(error)}), so it was left there.`;
    throw new WinnowError('WRITE_FAILED', message, { cause: error });
  }
}

async function forceToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
