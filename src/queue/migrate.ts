import { runMigrations } from 'graphile-worker';
import type { DataSource } from 'typeorm';

import { QUEUE_SCHEMA, queueLogger, queuePool } from './graphile.js';

/** Brings the queue's own tables up to date; safe to call from several processes at once. */
export async function migrateQueue(dataSource: DataSource): Promise<void> {
  const pool = queuePool(dataSource, 2);
  try {
    const client = await pool.connect();
    try {
      await client.query(`select pg_advisory_lock(hashtext('winnow.migrate'))`);
      await runMigrations({ pgPool: pool, schema: QUEUE_SCHEMA, logger: queueLogger(undefined) });
      await client.query(`select pg_advisory_unlock(hashtext('winnow.migrate'))`);
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}
