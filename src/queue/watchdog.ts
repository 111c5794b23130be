import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool, PoolClient } from 'pg';

import type { Log } from '../log.js';

const SWEEP_MS = 1_000;
/** A live worker whose session was cut is back before a second look. */
const SECOND_LOOK_MS = 200;

/** The last error of a job whose workers died in every attempt it had. */
export const WORKERS_DIED = 'The worker died in every attempt.';

/**
 * A pool whose voucher (see voucher.ts) is gone. A server restart takes away the vouchers of live pools too: they get
 * five seconds to come back. A role that may not see other roles' sessions sees no start; then the pid must do.
 */
const IS_DEAD = `
  not exists (
    select from pg_stat_activity a
     where a.pid = w.backend_pid and (a.backend_start = w.backend_start or a.backend_start is null))
  and (w.backend_start > pg_postmaster_start_time()
       or pg_postmaster_start_time() < clock_timestamp() - interval '5 seconds')`;

/** Dead pools, and pools unknown to the table that hold jobs, which can only be left from before. */
const FIND = `
  select w.pool_id from winnow.worker_pools w where ${IS_DEAD}
  union
  select j.locked_by from graphile_worker.jobs j
   where j.locked_at < now() - interval '10 seconds'
     and not exists (select from winnow.worker_pools w where w.pool_id = j.locked_by)`;

/**
 * Takes the jobs of dead workers back, about a second after the death: the queue itself would wait four hours.
 * Every worker keeps one.
 */
export function startWatchdog(pool: Pool, log: Log | undefined): { stop(): void; ended: Promise<void> } {
  const stopping = new AbortController();
  const wait = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  const watch = async () => {
    while (!stopping.signal.aborted) {
      try {
        const suspects = await findDead(pool);
        if (suspects.length > 0) {
          await wait(SECOND_LOOK_MS);
          const dead = (await findDead(pool)).filter((id) => suspects.includes(id));
          const jobs = dead.length > 0 ? await takeBack(pool, dead) : 0;
          if (jobs > 0) log?.(`queue: took back ${jobs} jobs of workers that died`, { pools: dead });
        }
      } catch (error) {
        // The database is away; the next round will tell.
        if (!stopping.signal.aborted) log?.('queue: the sweep for dead workers failed', { error });
      }
      await wait(SWEEP_MS);
    }
  };
  return { stop: () => stopping.abort(), ended: watch() };
}

async function findDead(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ pool_id: string }>(FIND);
  return rows.map((row) => row.pool_id);
}

/**
 * Frees the jobs of pools that are not live, and forgets these pools.
 * @returns how many jobs are free again.
 */
export async function takeBack(pool: Pool, poolIds: string[]): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const jobs = await unlock(client, poolIds);
    await client.query('commit');
    client.release();
    return jobs;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function unlock(client: PoolClient, poolIds: string[]): Promise<number> {
  // A pool that has vouched for itself meanwhile stays, and so do its jobs.
  await client.query(`delete from winnow.worker_pools w where w.pool_id = any($1) and ${IS_DEAD}`, [poolIds]);
  const { rows } = await client.query<{ id: string; max_attempts: number; used_up: boolean; pool: string }>(
    `select j.id, j.max_attempts, j.attempts >= j.max_attempts and j.key is not null as used_up, j.locked_by as pool
       from graphile_worker.jobs j
      where j.locked_by = any($1)
        and not exists (select from winnow.worker_pools w where w.pool_id = j.locked_by)`,
    [poolIds],
  );
  if (rows.length === 0) return 0;
  await client.query('select graphile_worker.force_unlock_workers($1)', [[...new Set(rows.map((row) => row.pool))]]);
  for (const job of rows.filter((row) => row.used_up)) {
    // One more attempt, marked, for somebody to record how it ended. (A job without a key was superseded.)
    await client.query('select graphile_worker.permanently_fail_jobs($1, $2)', [[job.id], WORKERS_DIED]);
    await client.query('select graphile_worker.reschedule_jobs($1, max_attempts => $2)', [
      [job.id],
      job.max_attempts + 1,
    ]);
  }
  // What the queue itself sends when jobs are added: idle workers look at once.
  await client.query(`select pg_notify('jobs:insert', json_build_object('count', $1::int)::text)`, [rows.length]);
  return rows.length;
}
