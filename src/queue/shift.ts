import { EventEmitter } from 'node:events';

import {
  runTaskList,
  type JobHelpers,
  type TaskList,
  type WorkerEvents,
  type WorkerPool,
  type WorkerPoolOptions,
} from 'graphile-worker';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

import type { Log } from '../log.js';
import { QUEUE_SCHEMA, queueLogger } from './graphile.js';
import type { Jobs, Tasks } from './jobs.js';
import { Voucher } from './voucher.js';
import { WORKERS_DIED } from './watchdog.js';
import { within } from './within.js';

/** What a shift works with. */
export interface Workplace {
  /** Aborted when the worker stops; ends no shift, but the jobs in it. */
  stopping: AbortSignal;
  dataSource: DataSource;
  pool: Pool;
  tasks: Tasks;
  concurrency: number;
  log?: Log;
}

/** One life of the queue's own worker pool; another follows when it ends by an error. */
export interface Shift {
  workerPool: WorkerPool;
  voucher: Voucher;
  /** Jobs that did not come to their end because the shift did. */
  interrupted: { id: string; attempt: number }[];
}

/** How often to look for jobs that nobody announced, such as retries that fall due. Milliseconds. */
const POLL_MS = 1_000;

/** Begins to do jobs. */
export function startShift(workplace: Workplace): Shift {
  const interrupted: Shift['interrupted'] = [];
  let cut = new AbortController();
  const voucher = new Voucher(workplace.dataSource, () => {
    workplace.log?.('queue: this worker was taken for dead and its jobs were given to others');
    cut.abort(new Error('The job was given to another worker because this one was cut off from the database'));
    cut = new AbortController();
  });
  const toTask = (name: keyof Jobs) => async (payload: unknown, helpers: JobHelpers) => {
    try {
      await doJob(workplace.tasks, name, payload, helpers, AbortSignal.any([workplace.stopping, cut.signal]));
    } catch (error) {
      if (workplace.stopping.aborted) interrupted.push({ id: helpers.job.id, attempt: helpers.job.attempts });
      throw error;
    }
  };
  const names = Object.keys(workplace.tasks) as (keyof Jobs)[];
  const taskList: TaskList = Object.fromEntries(names.map((name) => [name, toTask(name)]));
  const events = new EventEmitter() as WorkerEvents;
  const workerPool = runTaskList({ ...poolOptions(workplace, voucher), events }, taskList, workplace.pool);
  // An answer that was lost may have been a job: locked by this pool, and yet nobody's. The next shift frees it.
  events.on('worker:getJob:error', ({ error }) => {
    workplace.log?.('queue: asking for a job failed', { error });
    setImmediate(() => void endPool(workerPool));
  });
  return { workerPool, voucher, interrupted };
}

/** Ends a shift whose jobs were told to stop, and waits for them, twice `timeout` milliseconds at the longest. */
export async function endShift({ workerPool, interrupted }: Shift, timeout: number): Promise<void> {
  if (await within(timeout, endPool(workerPool))) return;
  const forced = async () => (await workerPool.forcefulShutdown('The worker stops')).forceFailedJobs;
  const [failed] = (await within(
    timeout,
    forced().catch(() => []),
  )) ?? [[]];
  for (const job of failed) interrupted.push({ id: job.id, attempt: job.attempts });
  // Should the database be away now, the end of the voucher frees the jobs when it is back.
}

async function endPool(workerPool: WorkerPool): Promise<void> {
  try {
    await workerPool.gracefulShutdown('The shift ends');
  } catch {
    // Its own promise rejects with the same error, to be reported there.
  }
}

function poolOptions({ concurrency, log }: Workplace, voucher: Voucher): WorkerPoolOptions {
  return {
    schema: QUEUE_SCHEMA,
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    logger: queueLogger(log),
    preset: {
      // Batched, though without delay: unbatched, an error of the completion is an unhandled rejection.
      worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
      plugins: [
        {
          name: 'winnow-voucher',
          version: '1.0.0',
          // Before the first job is taken, so that there is never a job whose holder nobody can look up.
          worker: { hooks: { startWorker: (_context, { worker }) => voucher.begin(worker.workerPool.id) } },
        },
      ],
    },
  };
}

function doJob<T extends keyof Jobs>(
  tasks: Tasks,
  name: T,
  payload: unknown,
  { job }: JobHelpers,
  signal: AbortSignal,
): Promise<void> {
  const workersDied = job.last_error === WORKERS_DIED && job.attempts === job.max_attempts;
  return tasks[name](payload as Jobs[T], {
    attempt: job.attempts,
    maxAttempts: job.max_attempts - (workersDied ? 1 : 0),
    signal,
  });
}
