import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from 'pg';
import type { DataSource } from 'typeorm';

import { createDataSource, migrate } from '../../src/db.js';
import { migrateQueue } from '../../src/queue/migrate.js';
import { lastly } from './hooks.js';
import { dropWithSessions, testServer, withAdmin } from './server.js';

export type TestDatabase = DataSource & { readonly url: string };

export interface FreshDatabaseOptions {
  /** Another server than that of all tests, for a test that restarts it. */
  server?: string;
  poolSize?: number;
}

const LEAK_GRACE_MS = 2_000;
const UNKNOWN_DATABASE = '3D000';

/**
 * A database with all tables and no rows, for this test alone: cloned from a template that is migrated once per
 * content of the migrations. After the test, and after everything else it registered with `t.after`, the data
 * source is closed and the database dropped; a connection that somebody left open on it fails the test.
 */
export async function freshDatabase(t: TestContext, options: FreshDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? (await testServer());
  const name = `winnow_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await cloneTemplate(server, name);
  const url = urlOf(server, name);
  const dataSource = await createDataSource({ url, applicationName: 'winnow test', poolSize: options.poolSize });
  lastly(t, async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await withAdmin(server, (admin) => dropDatabase(admin, name));
  });
  return Object.assign(dataSource, { url });
}

/** The URL of another database on the same server. */
export function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function cloneTemplate(server: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const template = await ensureTemplate(server);
    try {
      await withAdmin(server, (admin) => admin.query(`create database ${name} template ${template}`));
      return;
    } catch (error) {
      // A process with other migrations has just replaced it.
      if ((error as { code?: string }).code !== UNKNOWN_DATABASE || attempt === 3) throw error;
    }
  }
}

/** The name of the migrated template; made when it is not there, and then templates of other migrations are dropped. */
async function ensureTemplate(server: string): Promise<string> {
  const name = `winnow_template_${await schemaHash()}`;
  await withAdmin(server, async (admin) => {
    if (await databaseExists(admin, name)) return;
    await admin.query(`select pg_advisory_lock(hashtext('winnow_template'))`);
    if (await databaseExists(admin, name)) return;
    const { rows } = await admin.query<{ datname: string }>(
      `select datname from pg_database where datname like 'winnow\\_template\\_%'`,
    );
    for (const { datname } of rows) await dropWithSessions(admin, datname);
    const making = `winnow_template_making_${process.pid}`;
    await admin.query(`create database ${making} template template0 encoding 'UTF8'`);
    await migrateAll(urlOf(server, making));
    await admin.query(`alter database ${making} rename to ${name}`);
  });
  return name;
}

async function migrateAll(url: string): Promise<void> {
  const dataSource = await createDataSource({ url, applicationName: 'winnow test template' });
  try {
    await migrate(dataSource);
    await migrateQueue(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function databaseExists(admin: Client, name: string): Promise<boolean> {
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
  return rowCount === 1;
}

async function schemaHash(): Promise<string> {
  const folder = new URL('../../migrations/', import.meta.url);
  const hash = createHash('sha256');
  for (const file of (await readdir(folder)).sort()) {
    hash.update(file).update(await readFile(new URL(file, folder)));
  }
  const queue = createRequire(import.meta.url)('graphile-worker/package.json') as { version: string };
  return hash.update(queue.version).digest('hex').slice(0, 16);
}

async function dropDatabase(admin: Client, name: string): Promise<void> {
  const leaked = await sessionsLeft(admin, name);
  await dropWithSessions(admin, name);
  if (leaked.length > 0) {
    throw new Error(`The test left ${leaked.length} connections open on its database:\n${leaked.join('\n')}`);
  }
}

/** Sessions on the database; those that are being closed get a moment. */
async function sessionsLeft(admin: Client, name: string): Promise<string[]> {
  const giveUpAt = Date.now() + LEAK_GRACE_MS;
  for (;;) {
    const { rows } = await admin.query<{ session: string }>(
      `select concat_ws(' | ', application_name, state, left(query, 200)) as session
         from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || Date.now() > giveUpAt) return rows.map((row) => row.session);
    await sleep(20);
  }
}
