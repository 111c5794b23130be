import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { rows } from '../../src/db.js';
import { enqueue, type Tasks } from '../../src/queue/jobs.js';
import { startQueueWorker, type QueueWorkerOptions } from '../../src/queue/worker.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/waiting.js';

const idle: Tasks = {
  'run.plan': () => Promise.resolve(),
  'run.chunk': () => Promise.resolve(),
  'run.finish': () => Promise.resolve(),
};

async function start(t: TestContext, db: TestDatabase, tasks: Partial<Tasks>, options: QueueWorkerOptions = {}) {
  const worker = await startQueueWorker(db, { ...idle, ...tasks }, options);
  t.after(() => worker.stop());
  return worker;
}

async function jobCount(db: TestDatabase): Promise<number> {
  const [{ count }] = await rows<{ count: number }>(db, 'select count(*)::int from graphile_worker.jobs');
  return count;
}

test('does jobs of every task, with their payload, and forgets them', async (t) => {
  const db = await freshDatabase(t);
  const seen: unknown[] = [];
  await enqueue(db, 'run.plan', { runId: 1 });
  await start(t, db, {
    'run.plan': (payload, { attempt, maxAttempts }) => {
      seen.push({ payload, attempt, maxAttempts });
      return Promise.resolve();
    },
    'run.chunk': (payload) => {
      seen.push({ payload });
      return Promise.resolve();
    },
  });
  await until('the waiting job is done', () => seen.length === 1);
  await enqueue(db, 'run.chunk', { runId: 1, number: 2 });
  await until('the announced job is done', () => seen.length === 2);
  assert.deepEqual(seen, [{ payload: { runId: 1 }, attempt: 1, maxAttempts: 5 }, { payload: { runId: 1, number: 2 } }]);
  await until('no job is left', async () => (await jobCount(db)) === 0);
});

test('a job that is announced does not wait for the poll', async (t) => {
  const db = await freshDatabase(t);
  let done = 0;
  await start(t, db, { 'run.plan': () => Promise.resolve(void (done += 1)) });
  const waits: number[] = [];
  for (let number = 1; number <= 5; number += 1) {
    const announced = performance.now();
    await enqueue(db, 'run.plan', { runId: number });
    await until('the job is done', () => done === number);
    waits.push(performance.now() - announced);
  }
  // Each but the first would take the whole second between two polls, which begins when the one before is done.
  assert.ok(Math.min(...waits.slice(1)) < 700, `${waits.map(Math.round).join(', ')} ms`);
});

test('one job at a time, unless told otherwise', async (t) => {
  for (const concurrency of [1, 3]) {
    const db = await freshDatabase(t);
    let [running, most, done] = [0, 0, 0];
    for (let number = 1; number <= 6; number += 1) await enqueue(db, 'run.chunk', { runId: 1, number });
    await start(
      t,
      db,
      {
        'run.chunk': async () => {
          running += 1;
          most = Math.max(most, running);
          await sleep(200);
          running -= 1;
          done += 1;
        },
      },
      { concurrency },
    );
    await until('six jobs are done', () => done === 6);
    assert.equal(most, concurrency);
  }
});

test('a job that throws is tried again, up to its attempts', async (t) => {
  const db = await freshDatabase(t);
  const attempts: number[] = [];
  await enqueue(db, 'run.plan', { runId: 1 }, { maxAttempts: 2 });
  await start(t, db, {
    'run.plan': (_payload, { attempt }) => {
      attempts.push(attempt);
      return Promise.reject(new Error('no'));
    },
  });
  await until('the second try', () => attempts.length === 2);
  await sleep(1_500);
  assert.deepEqual(attempts, [1, 2]);
  const [job] = await rows(db, 'select attempts, last_error, locked_at from graphile_worker.jobs');
  assert.deepEqual(job, { attempts: 2, last_error: 'no', locked_at: null });
});

test('stop() aborts running jobs, and gives those that did not end back without counting the attempt', async (t) => {
  const db = await freshDatabase(t);
  let started = false;
  await enqueue(db, 'run.plan', { runId: 1 });
  const worker = await start(t, db, {
    'run.plan': async (_payload, { signal }) => {
      started = true;
      await sleep(60_000, undefined, { signal });
    },
  });
  await until('the job runs', () => started);
  const before = Date.now();
  await worker.stop();
  assert.ok(Date.now() - before < 8_000, 'long before it would have been forced to');
  const [job] = await rows(
    db,
    'select attempts, locked_at, run_at <= now() as due from graphile_worker.jobs where key is not null',
  );
  assert.deepEqual(job, { attempts: 0, locked_at: null, due: true });
  assert.deepEqual(await rows(db, 'select from winnow.worker_pools'), []);
});

test('stop() lets a job that ends well be done', async (t) => {
  const db = await freshDatabase(t);
  let started = false;
  await enqueue(db, 'run.plan', { runId: 1 });
  const worker = await start(t, db, {
    'run.plan': async () => {
      started = true;
      await sleep(300);
    },
  });
  await until('the job runs', () => started);
  await worker.stop();
  assert.equal(await jobCount(db), 0);
});

test('stop() does not wait for ever for a job that ignores its signal', async (t) => {
  const db = await freshDatabase(t);
  const release = new AbortController();
  t.after(() => release.abort());
  let started = false;
  await enqueue(db, 'run.plan', { runId: 1 });
  const worker = await start(
    t,
    db,
    {
      'run.plan': async () => {
        started = true;
        await sleep(60_000, undefined, { signal: release.signal }).catch(() => undefined);
      },
    },
    { stopTimeout: 200 },
  );
  await until('the job runs', () => started);
  const before = Date.now();
  await worker.stop();
  assert.ok(Date.now() - before < 8_000, 'after its patience, not that of the job');
  const [job] = await rows(db, 'select attempts, locked_at, run_at <= now() as due from graphile_worker.jobs');
  assert.deepEqual(job, { attempts: 0, locked_at: null, due: true });
});

test('starting on a database without the queue says so at once', async (t) => {
  const db = await freshDatabase(t);
  await rows(db, 'drop schema graphile_worker cascade');
  await assert.rejects(startQueueWorker(db, idle), /graphile_worker.jobs/);
});
