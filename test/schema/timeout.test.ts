import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { boundTo, createDataSource, pool, rows } from '../../src/db.js';
import type { Waiting } from '../../src/db.js';
import { freshDatabase } from '../support/database.js';
import { until } from '../support/waiting.js';
import { startApi } from './api.js';

const QUERY = '{ collection(name: "x") { id } }';

test('a request that takes too long is answered with TIMEOUT, and the server goes on', async (t) => {
  const api = await startApi(t, {}, { timeout: 400, poolSize: 2 });
  const blocker = await pool(await second(t, api.db.url)).connect();
  await blocker.query('begin');
  await blocker.query('lock winnow.collections');
  const at = performance.now();
  const { status, errors } = await api.ask(QUERY);
  assert.ok(performance.now() - at < 8_000);
  assert.deepEqual([status, errors?.length, errors?.[0].extensions.code], [503, 1, 'TIMEOUT']);
  assert.match(errors![0].message, /^This took longer than 0.4 seconds/);
  await blocker.query('commit');
  blocker.release();
  await until('it answers again', async () => (await api.ask(QUERY)).status === 200);
  await sleep(50);
  assert.deepEqual(api.logged, [], 'what comes too late is no error');
});

test('a statement that waits for a connection is not sent when nobody waits for it', async (t) => {
  const db = await freshDatabase(t, { poolSize: 1 });
  const only = await pool(db).connect();
  const work: Waiting = { over: null };
  const waiting = rows(boundTo(db, work), `insert into winnow.collections (name) values ('x') returning id`);
  const refused = assert.rejects(waiting, /nobody cares/);
  work.over = new Error('nobody cares');
  only.release();
  await refused;
  assert.deepEqual(await rows(db, 'select id from winnow.collections'), []);
  const late = rows(boundTo(db, work), 'select 1');
  await assert.rejects(late, /nobody cares/);
});

test('a mutation is carried through, whether or not anybody waits', async (t) => {
  const api = await startApi(t, {}, { timeout: 300 });
  const blocker = await pool(await second(t, api.db.url)).connect();
  await blocker.query('begin');
  await blocker.query('lock winnow.collections');
  const { errors } = await api.ask('mutation { createCollection(name: "kept") { name imageCount } }');
  assert.equal(errors?.[0].extensions.code, 'TIMEOUT');
  await blocker.query('commit');
  blocker.release();
  await until('it is there', async () => (await rows(api.db, 'select from winnow.collections')).length === 1);
});

/** Another pool on the same database. */
async function second(t: TestContext, url: string) {
  const dataSource = await createDataSource({ url, applicationName: 'winnow test blocker' });
  t.after(() => dataSource.destroy());
  return dataSource;
}
