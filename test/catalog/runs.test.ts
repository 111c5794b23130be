import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { ensureCollection, findCollection, listCollections } from '../../src/catalog/collections.js';
import { listFailures, recordFailures } from '../../src/catalog/failures.js';
import {
  addChunks,
  createRun,
  findRun,
  finishRun,
  listRuns,
  nextQueuedRun,
  requestCancel,
  startRun,
} from '../../src/catalog/runs.js';
import { pool, rows } from '../../src/db.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { collectionOf, newRun } from './support.js';

function runsOf(db: TestDatabase, collectionId: number) {
  return {
    create: () => newRun(db, collectionId, 'INGEST'),
    start: (id: number) => db.transaction((tx) => startRun(tx, id, 10)),
    finish: (id: number) => db.transaction((tx) => finishRun(tx, id, 'SUCCEEDED', { outcome: { images: 3 } })),
    next: async () => (await db.transaction((tx) => nextQueuedRun(tx, collectionId)))?.id ?? null,
  };
}

test('runs of a collection start one after the other, in the order they were asked for', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const { create, start, finish, next } = runsOf(db, id);
  const [a, b] = [await create(), await create()];
  assert.equal(await next(), a);
  assert.equal(await start(a), true);
  assert.equal(await next(), null, 'one is running');
  assert.equal(await finish(a), true);
  assert.equal(await finish(a), false, 'it has ended');
  assert.equal(await start(a), false);
  assert.equal(await next(), b);
  const run = await findRun(db, a);
  assert.equal(run.state, 'SUCCEEDED');
  assert.equal(run.total, 10);
  assert.deepEqual(run.outcome, { images: 3 });
  assert.ok(run.finishedAt instanceof Date);
  assert.deepEqual(
    (await listRuns(db, { collectionId: id })).map((r) => r.id),
    [b, a],
  );
  assert.deepEqual(
    (await listRuns(db, { state: 'SUCCEEDED', first: 5 })).map((r) => r.id),
    [a],
  );
  assert.deepEqual(
    (await listRuns(db, { beforeId: b })).map((r) => r.id),
    [a],
  );
  await assert.rejects(findRun(db, 999), { code: 'NOT_FOUND' });
});

test('of a transaction that ends a run and one that asks for a run, one sees the other', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const { create, start } = runsOf(db, id);
  for (let round = 0; round < 10; round += 1) {
    const first = await create();
    await start(first);
    const [afterEnd, afterAsking] = await Promise.all([
      db.transaction(async (tx) => {
        await finishRun(tx, first, 'SUCCEEDED', {});
        return nextQueuedRun(tx, id);
      }),
      db.transaction(async (tx) => {
        const asked = await createRun(tx, {
          collectionId: id,
          stage: 'RESIZE',
          options: { size: 224 },
          requestedBy: 'x',
        });
        return { asked, next: await nextQueuedRun(tx, id) };
      }),
    ]);
    assert.ok(afterEnd?.id === afterAsking.asked.id || afterAsking.next?.id === afterAsking.asked.id);
    await db.transaction((tx) => finishRun(tx, afterAsking.asked.id, 'CANCELLED', {}));
  }
});

test('cancelling ends a queued run at once and asks a running one', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const { create, start } = runsOf(db, id);
  const [queued, running] = [await create(), await create()];
  await start(running);
  const cancel = (run: number) => db.transaction((tx) => requestCancel(tx, run));
  assert.equal((await cancel(queued)).state, 'CANCELLED');
  const asked = await cancel(running);
  assert.equal(asked.state, 'RUNNING');
  assert.deepEqual((await cancel(running)).cancelRequestedAt, asked.cancelRequestedAt);
  await db.transaction((tx) => finishRun(tx, running, 'FAILED', { error: { code: 'INTERNAL', message: 'It broke.' } }));
  const run = await cancel(running);
  assert.deepEqual([run.state, run.errorCode, run.errorMessage], ['FAILED', 'INTERNAL', 'It broke.']);
  await assert.rejects(cancel(999), { code: 'NOT_FOUND' });
});

test('every change of a run is announced once it is committed', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const { create, start, finish } = runsOf(db, id);
  const listener = await pool(db).connect();
  const heard: string[] = [];
  listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
  await listener.query('listen winnow_run');
  const run = await create();
  await start(run);
  await finish(run);
  await finish(run); // changes nothing, announces nothing
  await rows(db, `select pg_notify('winnow_run', 'end')`);
  while (heard.at(-1) !== 'end') await once(listener, 'notification');
  assert.deepEqual(heard, [`${run}`, `${run}`, `${run}`, 'end']);
  await listener.query('unlisten *');
  listener.release();
});

test('chunks are numbered from 1', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const run = await newRun(db, id);
  assert.deepEqual(await db.transaction((tx) => addChunks(tx, run, [{ first: 1 }, { first: 5 }])), [1, 2]);
  assert.deepEqual(await db.transaction((tx) => addChunks(tx, run, [{ first: 9 }])), [3]);
  assert.deepEqual(await rows(db, 'select span from winnow.run_chunks order by number'), [
    { span: { first: 1 } },
    { span: { first: 5 } },
    { span: { first: 9 } },
  ]);
});

test('a failure counts the runs it failed in before, and a run records it once', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 1);
  const uri = `/deep/${'x/'.repeat(2000)}bad.jpg`;
  const failures = [
    { uri, code: 'TRUNCATED' as const, message: 'It ends after 3 bytes.' },
    { imageId: imageIds[0], uri: '/shoes/0.jpg', code: 'CORRUPT' as const, message: 'Bad block.' },
  ];
  const fail = async (stage: 'INGEST' | 'RESIZE') => {
    const runId = await newRun(db, collection.id, stage);
    const counts = [
      await recordFailures(db, { runId, stage, failures }),
      await recordFailures(db, { runId, stage, failures }),
    ];
    assert.deepEqual(counts, [2, 0]);
    return (await listFailures(db, runId)).map(({ attempt }) => attempt);
  };
  assert.deepEqual(await fail('INGEST'), [1, 1]);
  assert.deepEqual(await fail('INGEST'), [2, 2]);
  assert.deepEqual(await fail('RESIZE'), [1, 1], 'stages are counted apart');
  assert.deepEqual(await fail('INGEST'), [3, 3]);
  const [{ id }] = await listRuns(db, { first: 1 });
  const [first] = await listFailures(db, id, { first: 1 });
  const [second] = await listFailures(db, id, { first: 1, after: first.id });
  assert.deepEqual(new Set([first.code, second.code]), new Set(['TRUNCATED', 'CORRUPT']));
  assert.deepEqual(await listFailures(db, id, { after: second.id }), []);
});

test('a collection is found by name and by id', async (t) => {
  const db = await freshDatabase(t);
  const made = await Promise.all([1, 2, 3].map(() => ensureCollection(db, 'shoes', 'Is it a shoe?')));
  assert.equal(new Set(made.map(({ id }) => id)).size, 1);
  assert.equal((await ensureCollection(db, 'shoes')).question, 'Is it a shoe?');
  assert.equal((await findCollection(db, 'shoes')).id, made[0].id);
  assert.equal((await findCollection(db, made[0].id)).name, 'shoes');
  assert.equal((await findCollection(db, String(made[0].id))).name, 'shoes');
  await assert.rejects(findCollection(db, 'boots'), { code: 'NOT_FOUND' });
  await assert.rejects(ensureCollection(db, '  '), { code: 'BAD_INPUT' });
  assert.deepEqual(
    (await listCollections(db)).map(({ name }) => name),
    ['shoes'],
  );
});
