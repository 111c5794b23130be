import type { DataSource, EntityManager } from 'typeorm';

import { Superseded } from '../catalog/chunk-claims.js';
import { finishRun, lockCollection, nextQueuedRun } from '../catalog/runs.js';
import { rows } from '../db.js';
import type { Run } from '../entities/index.js';
import { systemCode, WinnowError, type RequestCode } from '../errors.js';
import { enqueue } from '../queue/jobs.js';
import { stages } from './stages.js';

/** Jobs are handed out this often: mostly to workers that were killed, as errors end a run sooner (see engine.ts). */
export const MAX_ATTEMPTS = 25;

export type End =
  | { state: 'SUCCEEDED'; outcome: Record<string, unknown>; write?: (tx: EntityManager) => Promise<unknown> }
  | { state: 'FAILED'; error: { code: RequestCode; message: string } }
  | { state: 'CANCELLED' };

/**
 * Ends a run and sets the collection's next one going, in one transaction.
 * Runs of a collection start in the order of their numbers because starting, ending and asking for one all take the
 * collection's lock.
 * @throws Superseded when the run has ended already
 */
export async function endRun(dataSource: DataSource, runId: number, end: End): Promise<void> {
  await dataSource.transaction(async (tx) => {
    // Before the lock, as it may take long; undone when the run turns out to have ended meanwhile.
    if (end.state === 'SUCCEEDED') await end.write?.(tx);
    const run = await lockRun(tx, runId);
    if (run === null || run.finishedAt !== null) throw new Superseded(`run ${runId} is over`);
    switch (end.state) {
      case 'SUCCEEDED':
        await finishRun(tx, runId, end.state, { outcome: end.outcome });
        break;
      case 'FAILED':
        await stages[run.stage].abandon?.(runId, tx);
        await finishRun(tx, runId, end.state, { error: end.error });
        break;
      case 'CANCELLED':
        await stages[run.stage].abandon?.(runId, tx);
        await finishRun(tx, runId, end.state, {});
        break;
    }
    const next = await nextQueuedRun(tx, run.collectionId);
    if (next !== null) await enqueuePlan(tx, next.id);
  });
}

/** No room on a disk, or a quota used up, as the system and Postgres say it. Trying again does not help. */
const FULL = new Set(['ENOSPC', 'EDQUOT', '53100']);

/** How an error ends a run; null when trying again may help. */
export function endingOf(error: unknown, lastTry: boolean): End | null {
  if (error instanceof WinnowError) {
    if (error.code === 'CANCELLED') return { state: 'CANCELLED' };
    return { state: 'FAILED', error: { code: error.code as RequestCode, message: error.message } };
  }
  if (error instanceof Error && FULL.has(systemCode(error) ?? '')) {
    const message = `No room is left where this run writes (${error.message}). What it did is kept: make room, then start it again.`;
    return { state: 'FAILED', error: { code: 'DISK_FULL', message } };
  }
  if (!lastTry) return null;
  const [line] = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split('\n');
  const message = `Something unexpected stopped this run, several times over: ${line.slice(0, 300)}`;
  return { state: 'FAILED', error: { code: 'INTERNAL', message } };
}

/** The run, with its collection's lock and its own row lock held to the end of the transaction. */
export async function lockRun(
  tx: EntityManager,
  runId: number,
): Promise<Pick<Run, 'id' | 'collectionId' | 'stage' | 'state' | 'finishedAt' | 'cancelRequestedAt'> | null> {
  const [found] = await rows<{ collectionId: number }>(
    tx,
    'select collection_id as "collectionId" from winnow.runs where id = $1',
    [runId],
  );
  if (found === undefined) return null;
  await lockCollection(tx, found.collectionId);
  const [run] = await rows<Run>(
    tx,
    /* sql */ `
      select id, collection_id as "collectionId", stage, state, finished_at as "finishedAt",
        cancel_requested_at as "cancelRequestedAt"
      from winnow.runs where id = $1 for update`,
    [runId],
  );
  return run ?? null;
}

export function enqueuePlan(tx: EntityManager, runId: number): Promise<void> {
  return enqueue(tx, 'run.plan', { runId }, { jobKey: `run.plan:${runId}`, maxAttempts: MAX_ATTEMPTS });
}
