import 'reflect-metadata';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { DataSource, EntityManager } from 'typeorm';

import { entities } from './entities/index.js';
import { migrations } from '../migrations/index.js';

/** What catalog functions take first: the whole database, or one open transaction. */
export type Db = DataSource | EntityManager;

export interface DatabaseOptions {
  url: string;
  /** Shown in pg_stat_activity; every process of ours starts with `winnow`. */
  applicationName: string;
  /** Most connections in the pool. */
  poolSize?: number;
  /** The longest a statement may take, in milliseconds; 0 for no limit. */
  statementTimeout?: number;
}

/** Opens a pool on the database. Does not migrate. */
export async function createDataSource(options: DatabaseOptions): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: 'winnow',
    applicationName: options.applicationName,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    // The pool outlives a database restart: a broken idle client is dropped and the next query opens a new one.
    poolErrorHandler: () => undefined,
    extra: {
      max: options.poolSize ?? 8,
      keepAlive: true,
      statement_timeout: options.statementTimeout ?? 0,
    },
  });
  return dataSource.initialize();
}

/** Applies pending migrations; safe to call from several processes at once (an advisory lock lets one through). */
export async function migrate(dataSource: DataSource): Promise<void> {
  const client = await pool(dataSource).connect();
  try {
    await client.query(`select pg_advisory_lock(hashtext('winnow.migrate'))`);
    await client.query('create schema if not exists winnow');
    await dataSource.runMigrations();
  } finally {
    await client.query(`select pg_advisory_unlock(hashtext('winnow.migrate'))`).catch(() => undefined);
    client.release();
  }
}

/** The driver's own pool, for prepared statements, COPY and LISTEN. */
export function pool(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/**
 * Rows of a statement. Unlike TypeORM's `query`, an UPDATE or DELETE ... RETURNING gives its rows too,
 * and a `name` makes the statement a prepared one.
 */
export async function rows<Row extends object>(
  db: Db,
  text: string,
  values: unknown[] = [],
  name?: string,
): Promise<Row[]> {
  const config: QueryConfig = { text, values, name };
  const result = await (await queryable(db)).query<Row>(config);
  return result.rows;
}

/** The pg client of an open transaction, for COPY. */
export async function transactionClient(tx: EntityManager): Promise<PoolClient> {
  if (!tx.queryRunner) throw new Error('transactionClient() needs the EntityManager of an open transaction');
  return (await tx.queryRunner.connect()) as PoolClient;
}

async function queryable(db: Db): Promise<Pool | PoolClient> {
  if (db instanceof EntityManager) return db.queryRunner ? transactionClient(db) : pool(db.dataSource);
  return pool(db);
}
