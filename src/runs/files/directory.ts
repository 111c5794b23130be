import { lstat, mkdir, opendir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { DataSource } from 'typeorm';

import { pool } from '../../db.js';
import type { Verdict } from '../../entities/index.js';
import { systemCode, WinnowError } from '../../errors.js';
import { makeFolder } from '../../folders.js';

const FOLDERS: Readonly<Record<Verdict, string>> = { OK: 'ok', NG: 'ng' };
export const MANIFESTS = { csv: 'manifest.csv', jsonl: 'manifest.jsonl' } as const;

const TEMPORARY = /^\.winnow-[0-9a-f]{32}\.tmp$/;

export function exportPath(directory: string, verdict: Verdict, name: string): string {
  return join(directory, FOLDERS[verdict], name);
}

export function opposite(verdict: Verdict): Verdict {
  return verdict === 'OK' ? 'NG' : 'OK';
}

/**
 * Makes a directory when there is none.
 * @returns its real path and whether anything is in it
 * @throws WinnowError BAD_INPUT when it is a file or cannot be made
 */
export async function openDirectory(directory: string): Promise<{ real: string; empty: boolean }> {
  try {
    await makeFolder(directory);
    const real = await realpath(directory);
    return { real, empty: (await readdir(real)).length === 0 };
  } catch (error) {
    const why =
      systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOTDIR' ? 'a file stands there' : systemCode(error);
    throw new WinnowError('BAD_INPUT', `${directory} cannot be made a folder: ${why}.`, {
      cause: error,
    });
  }
}

/** Makes ok/ and ng/. @throws WinnowError EXPORT_DIRECTORY_TAKEN when one of the two is a link or a file: it would lead elsewhere. */
export async function openFolders(directory: string): Promise<void> {
  for (const folder of Object.values(FOLDERS)) {
    const path = join(directory, folder);
    await mkdir(path).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    });
    if (!(await lstat(path)).isDirectory()) {
      throw new WinnowError(
        'EXPORT_DIRECTORY_TAKEN',
        `${path} must be a folder, but is a link or a file. Take it away or export elsewhere.`,
      );
    }
  }
}

/** Clears away what attempts that were killed while copying left; nobody may be exporting. */
export async function removeTemporary(directory: string): Promise<void> {
  for (const folder of Object.values(FOLDERS)) {
    for await (const { name } of await opendir(join(directory, folder))) {
      if (TEMPORARY.test(name)) await rm(join(directory, folder, name), { force: true });
    }
  }
}

/**
 * Exporting to a directory and undoing that exclude each other; several workers may export together.
 * @throws WinnowError CONFLICT
 */
export async function withExportLock<T>(
  dataSource: DataSource,
  exportId: number,
  kind: 'EXPORT' | 'UNDO',
  body: () => Promise<T>,
): Promise<T> {
  const shared = kind === 'EXPORT' ? '_shared' : '';
  const client = await pool(dataSource).connect();
  let clean = false;
  try {
    const { rows } = await client.query<{ got: boolean }>(
      `select pg_try_advisory_lock${shared}(hashtext('winnow.export'), $1) as got`,
      [exportId],
    );
    if (!rows[0].got) {
      const other = kind === 'EXPORT' ? 'is being undone' : 'is being written';
      throw new WinnowError('CONFLICT', `The export ${other} at this moment. Try again when that has ended.`);
    }
    const result = await body();
    await client.query(`select pg_advisory_unlock${shared}(hashtext('winnow.export'), $1)`, [exportId]);
    clean = true;
    return result;
  } finally {
    client.release(!clean); // A session that may still hold the lock is closed.
  }
}
