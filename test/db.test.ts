import assert from 'node:assert/strict';
import { test } from 'node:test';

import { migrate, pool, rows, transactionClient } from '../src/db.js';
import { freshDatabase } from './support/database.js';

test('rows() gives the rows of a change, too, and sees an open transaction only from within', async (t) => {
  const db = await freshDatabase(t);
  await db.transaction(async (tx) => {
    const inserted = await rows(tx, `insert into winnow.collections (name) values ($1) returning name`, ['shoes']);
    assert.deepEqual(inserted, [{ name: 'shoes' }]);
    assert.equal((await rows(tx, 'select from winnow.collections')).length, 1);
    assert.equal((await rows(db, 'select from winnow.collections')).length, 0);
  });
  const updated = await rows(db, `update winnow.collections set name = 'pants' returning name`);
  assert.deepEqual(updated, [{ name: 'pants' }]);
});

test('rows() with a name prepares the statement once a connection', async (t) => {
  const db = await freshDatabase(t, { poolSize: 1 });
  for (const number of [1, 2]) {
    assert.deepEqual(await rows(db, 'select $1::int as number', [number], 'echo'), [{ number }]);
  }
  const prepared = await rows(db, `select name from pg_prepared_statements where name = 'echo'`);
  assert.deepEqual(prepared, [{ name: 'echo' }]);
});

test('transactionClient() wants an open transaction', async (t) => {
  const db = await freshDatabase(t);
  await assert.rejects(transactionClient(db.manager), /open transaction/);
  await db.transaction(async (tx) => {
    const client = await transactionClient(tx);
    const { rows: own } = await client.query<{ same: boolean }>('select pg_backend_pid() = $1 as same', [
      (await rows<{ pid: number }>(tx, 'select pg_backend_pid() as pid'))[0].pid,
    ]);
    assert.equal(own[0].same, true);
  });
});

test('migrating again, even several at once, changes nothing', async (t) => {
  const db = await freshDatabase(t);
  const before = await rows(db, 'select * from winnow.migrations');
  await Promise.all([migrate(db), migrate(db)]);
  assert.deepEqual(await rows(db, 'select * from winnow.migrations'), before);
});

test("a connection that dies in somebody's hands fails his statement, not the process", async (t) => {
  const db = await freshDatabase(t);
  const client = await pool(db).connect();
  const { rows: own } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const ended = new Promise((resolve) => client.once('end', resolve));
  await rows(db, 'select pg_terminate_backend($1)', [own[0].pid]);
  await ended;
  await assert.rejects(client.query('select 1'));
  client.release();
  assert.deepEqual(await rows(db, 'select 1 as one'), [{ one: 1 }]);
});
