import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { WinnowError } from '../errors.js';
import { isRunning, ownIdentity, type ProcessIdentity } from './processes.js';

type Turn = ProcessIdentity | { released: true };

const PATIENCE_MS = 180_000;
const RETRY_MS = 20;

/**
 * Runs `work` while no other process (nor another call in this one) runs its own under the same lock folder, which
 * must exist.
 * A holder that was killed, at any point, blocks nobody.
 *
 * The folder holds numbered turns. To take the lock is to create, in one step, the number after the highest one
 * once that one is released or its process is gone. The highest number is never deleted, only overtaken, so two
 * processes that saw the same dead holder reach for the same name and one of them fails.
 *
 * @throws WinnowError DATABASE_UNAVAILABLE when the holder keeps it for three minutes.
 */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const mine = await acquire(directory);
  try {
    return await work();
  } finally {
    await put(directory, { released: true }, (temporary) => rename(temporary, mine));
  }
}

async function acquire(directory: string): Promise<string> {
  const me = await ownIdentity();
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    const top = Math.max(0, ...(await turns(directory)));
    const holder = await readTurn(directory, top);
    if (holder === null || 'released' in holder || !(await isRunning(holder))) {
      const mine = join(directory, String(top + 1));
      if (await take(directory, me, mine)) {
        // Somebody may have gone on from a higher number between our look and our step.
        const now = await turns(directory);
        if (Math.max(...now) === top + 1) {
          await Promise.all(
            now.filter((turn) => turn <= top).map((turn) => rm(join(directory, String(turn)), { force: true })),
          );
          return mine;
        }
        await rm(mine, { force: true });
      }
    } else if (Date.now() > giveUpAt) {
      throw new WinnowError(
        'DATABASE_UNAVAILABLE',
        `Process ${holder.pid} has been starting or stopping the database for ${PATIENCE_MS / 1000} seconds (lock ${directory}). End it, then try again.`,
      );
    }
    await sleep(RETRY_MS);
  }
}

async function turns(directory: string): Promise<number[]> {
  return (await readdir(directory)).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Null for no turn, or for one that was overtaken while we looked. */
async function readTurn(directory: string, number: number): Promise<Turn | null> {
  try {
    return JSON.parse(await readFile(join(directory, String(number)), 'utf8')) as Turn;
  } catch {
    return null;
  }
}

async function take(directory: string, me: ProcessIdentity, path: string): Promise<boolean> {
  return put(directory, me, (temporary) => link(temporary, path)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

/** Puts a whole file in place, so that nobody ever reads half a turn. */
async function put(directory: string, turn: Turn, place: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(directory, `${randomUUID()}.tmp`);
  await writeFile(temporary, JSON.stringify(turn), { mode: 0o644 });
  try {
    await place(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}
