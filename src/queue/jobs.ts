import { randomUUID } from 'node:crypto';

import { rows, type Db } from '../db.js';

/** Every task of the queue with what its jobs carry. */
export interface Jobs {
  'run.plan': { runId: number };
  'run.chunk': { runId: number; number: number };
  'run.finish': { runId: number };
}

/** What a task is told about the job it does. */
export interface JobInHand {
  /** 1 for the first try. An attempt whose worker was killed counts; one that stop() interrupted does not. */
  attempt: number;
  /**
   * How many there are. When `attempt` is greater, the worker died in the last one: this extra call is for
   * recording that, not for trying the work again.
   */
  maxAttempts: number;
  /** Aborted when the worker stops, or when the job was given to another worker because this one was cut off. */
  signal: AbortSignal;
}

/** One function a task. A job whose function throws is tried again later, up to its attempts. */
export type Tasks = { [T in keyof Jobs]: (payload: Jobs[T], job: JobInHand) => Promise<void> };

export interface EnqueueOptions {
  /** A job that waits under this key already is replaced, so that there is one. */
  jobKey?: string;
  /** How often the job is tried before it is left alone, 1 or more. */
  maxAttempts?: number;
  /** Jobs with smaller numbers go first. */
  priority?: number;
}

const DEFAULT_MAX_ATTEMPTS = 5;

/** Adds a job. In a transaction the job comes to be with the rest of it, or not at all. */
export async function enqueue<T extends keyof Jobs>(
  tx: Db,
  task: T,
  payload: Jobs[T],
  options: EnqueueOptions = {},
): Promise<void> {
  // Every job has a key: a job without one is then known to be superseded (see watchdog.ts).
  await rows(
    tx,
    `select from graphile_worker.add_job($1, $2::json, job_key => $3, max_attempts => $4, priority => $5)`,
    [
      task,
      JSON.stringify(payload),
      options.jobKey ?? randomUUID(),
      options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
      options.priority ?? 0,
    ],
  );
}
