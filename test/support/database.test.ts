import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Client } from 'pg';

import { rows } from '../../src/db.js';
import { freshDatabase } from './database.js';
import { testServer } from './server.js';

test('a fresh database has the tables, no rows, and is gone after the test', async (t) => {
  let url = '';
  await t.test('inside', async (inner) => {
    const db = await freshDatabase(inner);
    url = db.url;
    const [counts] = await rows<{ collections: number; jobs: number }>(
      db,
      `select (select count(*)::int from winnow.collections) as collections,
              (select count(*)::int from graphile_worker.jobs) as jobs`,
    );
    assert.deepEqual(counts, { collections: 0, jobs: 0 });
    const client = new Client({ connectionString: db.url });
    await client.connect();
    // Registered after the database's own clean-up, and yet run before it: else it would count as leaked.
    inner.after(() => client.end());
  });
  await assert.rejects(new Client({ connectionString: url }).connect(), { code: '3D000' });
});

test('two fresh databases know nothing of each other', async (t) => {
  const [one, other] = await Promise.all([freshDatabase(t), freshDatabase(t)]);
  await rows(one, `insert into winnow.collections (name) values ('a')`);
  assert.equal((await rows(other, 'select from winnow.collections')).length, 0);
});

test('a connection left open fails the test that left it', async () => {
  const fixture = fileURLToPath(new URL('leaky-fixture.ts', import.meta.url));
  const env = { ...process.env, TEST_DATABASE_URL: await testServer(), NODE_TEST_CONTEXT: undefined };
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', '--test', fixture], { env });
  await assert.rejects(run, (error: { code: number; stdout: string }) => {
    assert.equal(error.code, 1);
    assert.match(error.stdout, /The test left 1 connections open on its database:\s+forgotten/);
    return true;
  });
});
