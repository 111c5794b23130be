import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { rows } from '../../src/db.js';
import { enqueue, type JobInHand, type Tasks } from '../../src/queue/jobs.js';
import { startQueueWorker } from '../../src/queue/worker.js';
import { freshDatabase } from '../support/database.js';
import { restartableServer } from '../support/restartable-server.js';
import { until } from '../support/waiting.js';

const noTasks: Tasks = {
  'run.plan': () => Promise.resolve(),
  'run.chunk': () => Promise.resolve(),
  'run.finish': () => Promise.resolve(),
};

test('workers live through a restart of the database', async (t) => {
  const server = await restartableServer();
  await t.test('in the middle of work', async (inner) => {
    const db = await freshDatabase(inner, { server: server.url });
    const log: string[] = [];
    const done: string[] = [];
    const gate = new AbortController();
    const tasksOf = (worker: string): Tasks => ({
      'run.plan': () => {
        done.push(`${worker} plan`);
        return Promise.resolve();
      },
      'run.chunk': async ({ number }, { attempt }) => {
        done.push(`${worker} began ${number}, attempt ${attempt}`);
        await sleep(60_000, undefined, { signal: gate.signal }).catch(() => undefined);
        if (number === 2 && attempt === 1) await rows(db, 'select pg_sleep(30)');
        done.push(`${worker} ended ${number}`);
      },
      'run.finish': () => Promise.resolve(),
    });
    const first = await startQueueWorker(db, tasksOf('first'), { log: (message) => log.push(message) });
    inner.after(() => first.stop());
    await enqueue(db, 'run.chunk', { runId: 1, number: 1 });
    await until('the job runs', () => done.length === 1);
    const second = await startQueueWorker(db, tasksOf('second'));
    inner.after(() => second.stop());
    await until(
      'both vouch for themselves',
      async () => (await rows(db, 'select from winnow.worker_pools')).length === 2,
    );

    // The job ends while there is no database to note it in.
    await server.shutDown();
    gate.abort();
    await until('the job has ended', () => done.length === 2);
    await sleep(500);
    await server.start();
    await until(
      'the end is noted',
      async () => (await rows(db, 'select from graphile_worker.jobs')).length === 0,
      20_000,
    );
    // Sweeps see the pools of before the restart; they must not give the jobs of the living away.
    await sleep(2_000);
    assert.deepEqual(done, ['first began 1, attempt 1', 'first ended 1'], 'done once');

    done.length = 0;
    await enqueue(db, 'run.plan', { runId: 1 });
    await until('new work is taken', () => done.length === 1, 20_000);

    done.length = 0;
    await enqueue(db, 'run.chunk', { runId: 1, number: 2 });
    await until('a statement of the job runs', async () => {
      const active = await rows(
        db,
        `select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`,
      );
      return active.length === 1;
    });
    await server.shutDown();
    await server.start();
    await until(
      'the job that lost its connection is tried again',
      () => done.some((line) => line.endsWith('ended 2')),
      30_000,
    );
    assert.match(done.at(-2) ?? '', /began 2, attempt 2/);
    assert.ok(!log.some((line) => line.includes('begins anew')), 'the queue itself never lost its footing');
  });
  await t.test('stop() ends even without a database, and the job is free when it is back', async (inner) => {
    const db = await freshDatabase(inner, { server: server.url });
    let running = false;
    const hold = async (_payload: unknown, { signal }: JobInHand) => {
      running = true;
      await sleep(60_000, undefined, { signal });
    };
    const worker = await startQueueWorker(
      db,
      { 'run.plan': hold, 'run.chunk': hold, 'run.finish': hold },
      { stopTimeout: 300 },
    );
    await enqueue(db, 'run.plan', { runId: 1 });
    await until('the job runs', () => running);
    await server.shutDown();
    const before = Date.now();
    await worker.stop();
    assert.ok(Date.now() - before < 8_000, `${Date.now() - before} ms`);
    await server.start();
    const next = await startQueueWorker(db, noTasks);
    inner.after(() => next.stop());
    const isDone = async () => (await rows(db, 'select from graphile_worker.jobs')).length === 0;
    await until('the job is done', isDone, 20_000);
  });
  await server.remove();
});
