import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { measuredInRun, Superseded } from '../../src/catalog/chunk-claims.js';
import { addChunks, findRun, startRun } from '../../src/catalog/runs.js';
import { rows } from '../../src/db.js';
import { takeChunk } from '../../src/runs/chunk.js';
import { Networks } from '../../src/runs/networks.js';
import { count, openBench, request } from './support.js';

const NEVER = new AbortController().signal;

test('a chunk counts what it has counted once, whoever goes on with it', async (t) => {
  const { take, db, runId } = await plannedRun(t, 1);
  const first = await take(1);
  await first.advance({ done: 3 });
  await assert.rejects(
    first.advance({ done: 5 }, () => Promise.reject(new Error('the write failed'))),
    /the write failed/,
  );
  const second = await take(1);
  assert.equal(second.counted.done, 3);
  // The first one was believed dead, but is not: nothing it writes any more stays.
  await assert.rejects(
    first.advance({ done: 1 }, (tx) => rows(tx, `insert into winnow.collections (name) values ('ghost')`)),
    Superseded,
  );
  await assert.rejects(first.settle({ done: 10 }), Superseded);
  assert.equal(await count(db, `from winnow.collections where name = 'ghost'`), 0);
  await second.advance({ failed: 1 });
  await second.settle({ done: 8, skipped: 1, failed: 1 });
  const { done, skipped, failed, total } = await findRun(db, runId);
  assert.deepEqual({ done, skipped, failed, total }, { done: 8, skipped: 1, failed: 1, total: 10 });
  await assert.rejects(second.advance({ done: 1 }), Superseded);
});

test('restart takes back what was counted', async (t) => {
  const { take, db, runId } = await plannedRun(t, 1);
  const first = await take(1);
  await first.advance({ done: 4, failed: 1, total: 2 });
  const second = await take(1);
  await second.restart();
  const { done, failed, total } = await findRun(db, runId);
  assert.deepEqual({ done, failed, total }, { done: 0, failed: 0, total: 10 });
});

test('chunks that finish at the same moment bring the last step on exactly once', async (t) => {
  const { take, db, runId } = await plannedRun(t, 6);
  const chunks = await Promise.all([1, 2, 3, 4, 5, 6].map(take));
  await Promise.all(chunks.map((chunk) => chunk.settle({ done: 1 })));
  assert.equal(await count(db, `from graphile_worker.jobs where task_identifier = 'run.finish'`), 1);
  assert.equal((await findRun(db, runId)).done, 6);
});

test('of many chunks only a few wait in the queue; each finished one brings the next', async (t) => {
  const { take, db, runId } = await plannedRun(t, 20);
  const first = await take(1);
  await first.settle({});
  const keys = await rows<{ key: string }>(
    db,
    `select key from graphile_worker.jobs where task_identifier = 'run.chunk'`,
  );
  assert.deepEqual(keys, [{ key: `run.chunk:${runId}:9` }]);
});

test('what was measured is kept with what was done', async (t) => {
  const { take, db, runId } = await plannedRun(t, 1);
  const first = await take(1);
  first.measure('seconds', 1.5);
  await first.advance({ done: 1 });
  first.measure('seconds', 100);
  const second = await take(1);
  second.measure('seconds', 0.5);
  await second.settle({ done: 2 });
  assert.deepEqual(await measuredInRun(db, runId), { seconds: 2 });
});

async function plannedRun(t: TestContext, chunks: number) {
  const bench = await openBench(t);
  const { db, config } = bench;
  const { id: runId } = await request(bench, 'RESIZE');
  await db.transaction(async (tx) => {
    await startRun(tx, runId, 10);
    await addChunks(
      tx,
      runId,
      Array.from({ length: chunks }, () => ({})),
    );
  });
  const run = await findRun(db, runId);
  const take = async (number: number) =>
    (await takeChunk({ dataSource: db, config, networks: new Networks(config) }, run, number, NEVER))!;
  return { take, db, runId };
}
