import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool, PoolClient, QueryConfig } from 'pg';
import { DataSource, EntityManager } from 'typeorm';

import { entities } from './entities/index.js';
import { systemCode } from './errors.js';
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
  await dataSource.initialize();
  surviveLostConnections(pool(dataSource));
  return dataSource;
}

/**
 * A connection that dies emits an error besides failing its statement, and an error nobody listens to ends the
 * process. The pool listens while a client is idle, TypeORM in its transactions; this covers who takes one for itself.
 */
function surviveLostConnections(connections: Pool): void {
  const heard = new WeakSet<PoolClient>();
  connections.on('acquire', (client) => {
    if (heard.has(client)) return;
    heard.add(client);
    client.on('error', () => undefined);
  });
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

const RETRY_PAUSE = 250; // milliseconds
/** What Postgres says when it stops, starts or has no connection left (classes 57P and 08, and 53300), and the network meanwhile. */
const UNAVAILABLE = /^(57P0[1-5]|08...|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/;

/** True when it is the database that is away, so that the same may well succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = systemCode(error) ?? '';
  // Its socket may be a file, which is gone with it.
  if (code === 'ENOENT') return (error as NodeJS.ErrnoException).syscall === 'connect';
  return (
    UNAVAILABLE.test(code) || /^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message)
  );
}

/** Reads, again and again while the database is away. @throws what reading throws, once `enough` is aborted its being away as well */
export async function patiently<T>(read: () => Promise<T>, enough: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isUnavailable(error) || enough.aborted) throw error;
      await sleep(RETRY_PAUSE, undefined, { signal: enough }).catch(() => undefined);
    }
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
  const { [WAITING]: waiting } = db as Bound;
  if (waiting !== undefined) return rowsInTime<Row>(pool(db as DataSource), config, waiting);
  const result = await (await queryable(db)).query<Row>(config);
  return result.rows;
}

/** Whether somebody still waits for what is read. Every request has one, and it costs a fraction of an AbortSignal. */
export interface Waiting {
  /** Why nobody does any more; null as long as somebody does. */
  over: Error | null;
}

const WAITING = Symbol('waiting');
type Bound = DataSource & { [WAITING]?: Waiting };

/**
 * The same database for a reader who may stop caring: once nobody waits, `rows` sends no more statements, those that wait for
 * a connection included, but throws the reason. Repositories and transactions are not affected.
 */
export function boundTo(dataSource: DataSource, waiting: Waiting): DataSource {
  const bound = Object.create(dataSource) as Bound;
  bound[WAITING] = waiting;
  return bound;
}

/** Makes a database from `boundTo` an ordinary one, for what must not stop half-way. */
export function unbind(dataSource: DataSource): void {
  (dataSource as Bound)[WAITING] = undefined;
}

async function rowsInTime<Row extends object>(from: Pool, config: QueryConfig, waiting: Waiting): Promise<Row[]> {
  checkWaited(waiting);
  const client = await from.connect();
  let failure: Error | undefined;
  try {
    checkWaited(waiting);
    return (await client.query<Row>(config)).rows;
  } catch (error) {
    // As the pool's own query does: whatever went wrong, the connection is not used again.
    if (error !== waiting.over) failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}

function checkWaited({ over }: Waiting): void {
  if (over !== null) throw over;
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
