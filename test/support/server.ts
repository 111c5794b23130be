import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';

import { startEmbedded, type EmbeddedServer } from '../../src/db-embedded.js';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/winnow-test', import.meta.url));

let embedded: Promise<EmbeddedServer> | null = null;

/**
 * The URL of the Postgres that tests use: TEST_DATABASE_URL where it is set (test/run.ts sets it), else an embedded
 * server below node_modules/.cache that all test processes share and the last one stops.
 */
export async function testServer(): Promise<string> {
  if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
  embedded ??= startEmbedded(CACHE, { durable: false }).then(async (server) => {
    await dropAbandoned(server.url);
    return server;
  });
  return (await embedded).url;
}

after(async () => {
  await (await embedded)?.stop();
});

/** Runs `work` with one connection to the server's own database. */
export async function withAdmin<T>(url: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: url, application_name: 'winnow test admin' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/**
 * Drops a database with whoever is still in it. Not by `with (force)`: that would end an autovacuum worker as well, which only
 * a superuser may. A plain drop makes that one go by itself.
 */
export async function dropWithSessions(admin: Client, name: string): Promise<void> {
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
    [name],
  );
  await admin.query(`drop database if exists ${name}`);
}

/** Names of databases made for tests hold the pid of their process; see freshDatabase. */
async function dropAbandoned(url: string): Promise<void> {
  await withAdmin(url, async (admin) => {
    const { rows } = await admin.query<{ datname: string }>(
      `select datname from pg_database where datname like 'winnow\\_test\\_%'`,
    );
    for (const { datname } of rows) {
      if (!isAlive(Number(datname.split('_')[2]))) await dropWithSessions(admin, datname);
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
