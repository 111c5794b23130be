import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

import { rows } from '../db.js';
import type { Log } from '../log.js';
import { queuePool } from './graphile.js';
import type { Tasks } from './jobs.js';
import { endShift, startShift, type Shift } from './shift.js';
import { startWatchdog, takeBack } from './watchdog.js';
import { within } from './within.js';

export type { JobInHand, Tasks } from './jobs.js';

export interface QueueWorkerOptions {
  /** Jobs at a time, 1 or more; default 1. */
  concurrency?: number;
  /** Milliseconds that stop() gives running jobs to notice their signal; default 10,000. */
  stopTimeout?: number;
  log?: Log;
}

export interface QueueWorker {
  /**
   * Takes no more jobs, aborts the signals of running ones and waits for them, but not for ever. A job that did not
   * come to its end is available again at once, and this attempt of it does not count.
   */
  stop(): Promise<void>;
}

const RESTART_MS = 1_000;

/**
 * Does jobs until stopped, and takes back the jobs of workers that died. Lives through restarts of the database.
 * Installs no signal handlers. A job taken again after a kill may repeat work: tasks must be idempotent.
 */
export async function startQueueWorker(
  dataSource: DataSource,
  tasks: Tasks,
  options: QueueWorkerOptions = {},
): Promise<QueueWorker> {
  const { concurrency = 1, stopTimeout = 10_000, log } = options;
  await rows(dataSource, 'select from graphile_worker.jobs limit 0');
  const pool = queuePool(dataSource, concurrency + 2);
  const watchdog = startWatchdog(pool, log);
  const stopping = new AbortController();
  const workplace = { dataSource, pool, tasks, concurrency, log, stopping: stopping.signal };
  let shift = startShift(workplace);

  /** Follows a shift that ended by an error with a new one. */
  const relieve = async (): Promise<void> => {
    for (;;) {
      const error = await endOf(shift);
      if (stopping.signal.aborted) return;
      log?.('queue: lost the database in the middle of a statement and begins anew', error ? { error } : {});
      await shift.voucher.end();
      await sleep(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      await takeBack(pool, [shift.workerPool.id]).catch(() => undefined); // The watchdog would, in ten seconds.
      if (stopping.signal.aborted) return;
      shift = startShift(workplace);
    }
  };
  const relieving = relieve();

  const stop = async (): Promise<void> => {
    stopping.abort();
    await endShift(shift, stopTimeout);
    await within(stopTimeout, giveBack(pool, shift.interrupted)).catch((error: unknown) =>
      log?.('queue: jobs could not be given back', { error }),
    );
    await shift.voucher.end();
    watchdog.stop();
    // What still waits for a database that is away gives up now.
    await within(stopTimeout, Promise.all([pool.end(), relieving, watchdog.ended]));
  };
  let stopped: Promise<void> | null = null;
  return { stop: () => (stopped ??= stop()) };
}

/** Settles when the shift's pool has ended; with the error if there was one. */
function endOf({ workerPool }: Shift): Promise<unknown> {
  return Promise.resolve(workerPool.promise).catch((error: unknown) => error);
}

/** Undoes what a failure does to a job: the wait before the next attempt, and the count of this one. */
async function giveBack(pool: Pool, interrupted: Shift['interrupted']): Promise<void> {
  for (const { id, attempt } of interrupted) {
    // A job without a key was superseded while it ran: its successor does the work.
    await pool.query(
      `select graphile_worker.reschedule_jobs(array[id], run_at => now(), attempts => $2)
         from graphile_worker.jobs where id = $1 and key is not null`,
      [id, attempt - 1],
    );
  }
  if (interrupted.length === 0) return;
  await pool.query(`select pg_notify('jobs:insert', json_build_object('count', $1::int)::text)`, [interrupted.length]);
}
