import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rows } from '../../src/db.js';
import { enqueue } from '../../src/queue/jobs.js';
import { freshDatabase } from '../support/database.js';

interface JobRow {
  task_identifier: string;
  payload: unknown;
  key: string;
  max_attempts: number;
  priority: number;
}

const JOBS = `
  select j.task_identifier, p.payload, j.key, j.max_attempts, j.priority
    from graphile_worker.jobs j join graphile_worker._private_jobs p using (id) order by j.id`;

test('a job comes to be with its transaction', async (t) => {
  const db = await freshDatabase(t);
  await db.transaction(async (tx) => {
    await enqueue(tx, 'run.chunk', { runId: 7, number: 3 }, { jobKey: 'k', maxAttempts: 2, priority: -1 });
    assert.deepEqual(await rows(db, JOBS), [], 'invisible to others before the commit');
  });
  assert.deepEqual(await rows<JobRow>(db, JOBS), [
    { task_identifier: 'run.chunk', payload: { runId: 7, number: 3 }, key: 'k', max_attempts: 2, priority: -1 },
  ]);
});

test('a transaction rolled back enqueues nothing', async (t) => {
  const db = await freshDatabase(t);
  const turn = db.transaction(async (tx) => {
    await enqueue(tx, 'run.plan', { runId: 1 });
    throw new Error('changed my mind');
  });
  await assert.rejects(turn, /changed my mind/);
  assert.deepEqual(await rows(db, JOBS), []);
});

test('under one key there is one waiting job, without a key there are many', async (t) => {
  const db = await freshDatabase(t);
  await enqueue(db, 'run.finish', { runId: 1 }, { jobKey: 'finish' });
  await enqueue(db, 'run.finish', { runId: 2 }, { jobKey: 'finish' });
  await enqueue(db, 'run.plan', { runId: 3 });
  await enqueue(db, 'run.plan', { runId: 3 });
  const jobs = await rows<JobRow>(db, JOBS);
  assert.deepEqual(
    jobs.map((job) => job.payload),
    [{ runId: 2 }, { runId: 3 }, { runId: 3 }],
  );
  assert.ok(jobs.every((job) => job.max_attempts === 5));
});
