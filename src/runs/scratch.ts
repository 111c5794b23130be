import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Config } from '../config.js';
import { rows, type Db } from '../db.js';
import { systemCode } from '../errors.js';
import { makeFolder } from '../folders.js';

const NAME = /^\.run-(\d+)-/;

/** A new folder for what one attempt at a TRAIN run needs only while it lasts. */
export async function openScratch(
  { home }: Config,
  { id, collectionId }: { id: number; collectionId: number },
): Promise<string> {
  const folder = join(home, 'models', String(collectionId));
  await makeFolder(folder);
  return mkdtemp(join(folder, `.run-${id}-`));
}

/**
 * Removes what killed attempts left there: those at runs that are over.
 * @param again a run that begins anew, so that its earlier attempts are over, too.
 */
export async function removeStaleScratch(db: Db, { home }: Config, again?: number): Promise<void> {
  const found = (await namesIn(join(home, 'models'))).map(async (collection) => {
    const names = await namesIn(join(home, 'models', collection));
    return names.flatMap((name) => {
      const run = NAME.exec(name)?.[1];
      return run === undefined ? [] : [{ run: Number(run), path: join(home, 'models', collection, name) }];
    });
  });
  const there = (await Promise.all(found)).flat();
  const unfinished = await rows<{ id: number }>(
    db,
    'select id from winnow.runs where id = any ($1::integer[]) and finished_at is null',
    [there.map(({ run }) => run)],
  );
  const needed = new Set(unfinished.map(({ id }) => id));
  for (const { run, path } of there)
    if (!needed.has(run) || run === again) await rm(path, { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
