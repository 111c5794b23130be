import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';
import type { DataSource } from 'typeorm';

import type { Config } from './config.js';
import { startEmbedded } from './db-embedded.js';
import { createDataSource, migrate, type DatabaseOptions } from './db.js';
import { WinnowError } from './errors.js';
import { migrateQueue } from './queue/migrate.js';

export interface Database {
  readonly dataSource: DataSource;
  /** Ends our connections, then the embedded server, unless another process of ours uses it. */
  close(): Promise<void>;
}

const OLDEST_VERSION = 15;
const CONNECT_TIMEOUT_MS = 10_000;
/** A server that is there but still starting or recovering gets this long. */
const STARTING_PATIENCE_MS = 60_000;
const STARTING_UP = '57P03';

/**
 * Opens the catalog's database, that of DATABASE_URL or else the embedded one below WINNOW_HOME, and brings its tables
 * and the queue's up to date.
 *
 * @param role what this process is (`server`, `worker`, `cli`), for pg_stat_activity
 * @param limits of the pool; they do not hold for the migrations
 * @throws WinnowError DATABASE_UNAVAILABLE that says what to do; it never shows the password.
 */
export async function openDatabase(
  config: Config,
  role: string,
  limits?: Pick<DatabaseOptions, 'poolSize' | 'statementTimeout'>,
): Promise<Database> {
  const embedded = config.databaseUrl === null ? await startEmbedded(config.home) : null;
  const url = embedded?.url ?? config.databaseUrl ?? '';
  let dataSource: DataSource | null = null;
  try {
    if (embedded === null) await check(url);
    dataSource = await createDataSource({ url, applicationName: `winnow ${role}` });
    await migrate(dataSource);
    await migrateQueue(dataSource);
    if (limits !== undefined) {
      await dataSource.destroy();
      dataSource = await createDataSource({ url, applicationName: `winnow ${role}`, ...limits });
    }
  } catch (error) {
    if (dataSource?.isInitialized) await dataSource.destroy();
    await embedded?.stop();
    throw embedded ? error : explain(error, url);
  }
  const opened = dataSource;
  return {
    dataSource: opened,
    close: async () => {
      if (opened.isInitialized) await opened.destroy();
      await embedded?.stop();
    },
  };
}

/** What a server says about itself. */
export interface ServerFacts {
  version: string;
  /** Major version x 10,000 + minor version. */
  number: number;
  encoding: string;
}

/** Why Winnow cannot use such a server; null when it can. */
export function unfitness({ version, number, encoding }: ServerFacts): string | null {
  if (number < OLDEST_VERSION * 10_000) {
    return `runs PostgreSQL ${version}, but Winnow needs ${OLDEST_VERSION} or newer`;
  }
  if (encoding !== 'UTF8') {
    return `has the encoding ${encoding}, but Winnow needs UTF8: create the database with encoding 'UTF8'`;
  }
  return null;
}

/** Looks at a Postgres of somebody else's before anything is changed in it. */
async function check(url: string): Promise<void> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<ServerFacts>(
      `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
              current_setting('server_encoding') as encoding`,
    );
    const reason = unfitness(rows[0]);
    if (reason !== null) throw unavailable(url, reason);
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<Client> {
  const giveUpAt = Date.now() + STARTING_PATIENCE_MS;
  for (;;) {
    const client = new Client({
      connectionString: url,
      application_name: 'winnow check',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (codeOf(error) !== STARTING_UP || Date.now() > giveUpAt) throw error;
      await sleep(500);
    }
  }
}

/** Anything a database can answer, in words. What is not about the connection stays as it is. */
function explain(error: unknown, url: string): unknown {
  if (error instanceof WinnowError) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  const reason = REASONS[code] ?? (/timeout/i.test(message) ? 'did not answer in time' : null);
  if (reason !== null) return unavailable(url, reason, error);
  if (/SSL|certificate|self-signed/i.test(message) || code.startsWith('ERR_TLS')) {
    return unavailable(url, `does not agree on TLS: ${message}. See sslmode in DATABASE_URL`, error);
  }
  return error;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections: nothing listens there. Check that Postgres runs, and the host and the port',
  ECONNRESET: 'closed the connection',
  ENOTFOUND: 'cannot be found: no such host',
  EAI_AGAIN: 'cannot be found: the name service did not answer',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ETIMEDOUT: 'did not answer in time',
  '28P01': 'refuses the user or the password',
  '28000': 'refuses the user (see pg_hba.conf of that server)',
  '3D000': 'has no such database: create it first',
  '42501': 'does not let the user make tables: grant it create on the database, or make it the owner',
  '53300': 'has no connection left: raise its max_connections, or end other clients',
  [STARTING_UP]: 'is still starting',
};

function unavailable(url: string, reason: string, cause?: unknown): WinnowError {
  const { hostname, port, pathname, username } = new URL(url);
  const where = `${hostname || 'localhost'}:${port || 5432}${pathname}`;
  const who = username === '' ? '' : ` as ${decodeURIComponent(username)}`;
  return new WinnowError(
    'DATABASE_UNAVAILABLE',
    `The database ${where}${who} ${reason}. It is the one of DATABASE_URL; without that, Winnow uses a Postgres of its own.`,
    { cause },
  );
}

function codeOf(error: unknown): string {
  // Node tries every address of a host name, and then has an error for each.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : '';
}
