import type { EntityManager } from 'typeorm';

import {
  claimChunk,
  countProgress,
  isUnfinished,
  NOTHING,
  unfinishedChunks,
  type Counts,
} from '../catalog/chunk-claims.js';
import { WinnowError } from '../errors.js';
import type { Run } from '../entities/index.js';
import { enqueue } from '../queue/jobs.js';
import { MAX_ATTEMPTS } from './ending.js';
import type { ChunkInHand, Workbench } from './stage.js';

/** Chunks of one run that wait in the queue together: enough for many workers, few enough that other runs get their turn. */
const AT_ONCE = 8;

/** Takes a chunk of a run in hand; null when it is finished or the run is over. */
export async function takeChunk(
  { dataSource }: Workbench,
  run: Run,
  number: number,
  signal: AbortSignal,
): Promise<ChunkInHand<object> | null> {
  const held = await claimChunk(dataSource, run.id, number);
  if (held === null) return null;

  const write = async (counted: Counts, finished: boolean, also?: (tx: EntityManager) => Promise<unknown>) => {
    const { cancelRequested } = await dataSource.transaction(async (tx) => {
      await also?.(tx);
      const answer = await countProgress(tx, held, counted, finished);
      if (finished) await enqueueNext(tx, run.id, number);
      return answer;
    });
    held.counted = counted;
    if (cancelRequested) throw new WinnowError('CANCELLED', 'The run was cancelled.');
  };

  return {
    number,
    span: held.span,
    startedAt: run.startedAt ?? new Date(),
    signal,
    get counted() {
      return held.counted;
    },
    advance(delta, also) {
      return write(sum(held.counted, delta), false, also);
    },
    restart() {
      held.measured = {};
      return write({ ...NOTHING }, false);
    },
    settle(counted, also) {
      return write({ ...NOTHING, ...counted }, true, also);
    },
    measure(name, amount) {
      held.measured[name] = (held.measured[name] ?? 0) + amount;
    },
  };
}

/** The first chunks of a run that has been planned; each finished one then brings another one in. */
export async function enqueueFirstChunks(tx: EntityManager, runId: number, count: number): Promise<void> {
  for (let number = 1; number <= Math.min(count, AT_ONCE); number += 1) await enqueueChunk(tx, runId, number);
}

export function enqueueChunk(tx: EntityManager, runId: number, number: number): Promise<void> {
  return enqueue(
    tx,
    'run.chunk',
    { runId, number },
    { jobKey: `run.chunk:${runId}:${number}`, maxAttempts: MAX_ATTEMPTS },
  );
}

export function enqueueFinish(tx: EntityManager, runId: number): Promise<void> {
  return enqueue(tx, 'run.finish', { runId }, { jobKey: `run.finish:${runId}`, maxAttempts: MAX_ATTEMPTS });
}

/** What comes after a finished chunk. */
async function enqueueNext(tx: EntityManager, runId: number, number: number): Promise<void> {
  if (await isUnfinished(tx, runId, number + AT_ONCE)) await enqueueChunk(tx, runId, number + AT_ONCE);
  else if ((await unfinishedChunks(tx, runId)) === 0) await enqueueFinish(tx, runId);
}

function sum(counted: Counts, delta: Partial<Counts>): Counts {
  return {
    done: counted.done + (delta.done ?? 0),
    skipped: counted.skipped + (delta.skipped ?? 0),
    failed: counted.failed + (delta.failed ?? 0),
    total: counted.total + (delta.total ?? 0),
  };
}
