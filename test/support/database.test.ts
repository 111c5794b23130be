import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client } from 'pg';

import { rows } from '../../src/db.js';
import { freshDatabase } from './database.js';

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
