import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from 'pg';
import type { DataSource } from 'typeorm';

import { queueClient } from './graphile.js';

const SLOWEST_RETRY_MS = 1_000;

/**
 * Vouches for a worker pool: a session of its own whose end, by whatever cause, tells the watchdogs of others that
 * the pool is dead. It is told apart from later sessions with the same pid by when it began.
 */
export class Voucher {
  private client: Client | null = null;
  private beginning: Promise<void> | null = null;
  private ended = false;

  /**
   * @param onDisowned called when a watchdog took the pool for dead while its session was away: its jobs are
   *   others' now.
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly onDisowned: () => void,
  ) {}

  /** Returns once the pool is in the table. Tries for as long as it takes; rejects only when ended. */
  begin(poolId: string): Promise<void> {
    return (this.beginning ??= this.connect(poolId, true));
  }

  async end(): Promise<void> {
    this.ended = true;
    const client = this.client;
    this.client = null;
    if (client === null) return;
    await client.query('delete from winnow.worker_pools where backend_pid = pg_backend_pid()').catch(() => undefined);
    await client.end().catch(() => undefined);
  }

  private async connect(poolId: string, first: boolean): Promise<void> {
    for (let delay = 50; !this.ended; delay = Math.min(delay * 2, SLOWEST_RETRY_MS)) {
      const client = queueClient(this.dataSource);
      try {
        await client.connect();
        if (!(await register(client, poolId, first))) this.onDisowned();
        if (this.ended) {
          await client.end();
          break;
        }
        this.client = client;
        client.once('end', () => {
          if (this.client === client) this.reconnect(poolId);
        });
        return;
      } catch {
        await client.end().catch(() => undefined);
        await sleep(delay);
      }
    }
    throw new Error('The worker was stopped before it reached the database');
  }

  private reconnect(poolId: string): void {
    this.client = null;
    this.connect(poolId, false).catch(() => undefined);
  }
}

/** False when the pool should have been in the table and was not. */
async function register(client: Client, poolId: string, first: boolean): Promise<boolean> {
  const { rowCount } = await client.query(
    `update winnow.worker_pools as w set backend_pid = a.pid, backend_start = a.backend_start
       from pg_stat_activity a where a.pid = pg_backend_pid() and w.pool_id = $1`,
    [poolId],
  );
  if (rowCount === 1) return true;
  await client.query(
    `insert into winnow.worker_pools (pool_id, backend_pid, backend_start)
     select $1, pid, backend_start from pg_stat_activity where pid = pg_backend_pid()`,
    [poolId],
  );
  return first;
}
