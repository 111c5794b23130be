import assert from 'node:assert/strict';
import { test } from 'node:test';

import { paceOf } from '../../src/schema/pace.js';

const START = new Date('2024-01-01T00:00:00Z');
const at = (seconds: number) => new Date(START.getTime() + seconds * 1000);
const queued = {
  state: 'QUEUED' as const,
  total: null,
  done: 0,
  skipped: 0,
  failed: 0,
  startedAt: null,
  finishedAt: null,
};

test('a run that waits has no rate', () => {
  assert.deepEqual(paceOf(queued), { progress: 0, rate: null, secondsLeft: null });
});

test('a running one tells share, rate and the time left', () => {
  const run = { ...queued, state: 'RUNNING' as const, startedAt: START, total: 100, done: 20, skipped: 4, failed: 1 };
  assert.deepEqual(paceOf(run, at(5).getTime()), { progress: 0.25, rate: 5, secondsLeft: 15 });
  assert.deepEqual(paceOf({ ...run, total: null }, at(5).getTime()), { progress: 0, rate: 5, secondsLeft: null });
  // The database's clock is ahead of this one.
  assert.deepEqual(paceOf(run, at(-1).getTime()), { progress: 0.25, rate: null, secondsLeft: null });
});

test('one that is over has no time left, and its rate stands', () => {
  const run = { ...queued, startedAt: START, finishedAt: at(10), total: 40, done: 40 };
  assert.deepEqual(paceOf({ ...run, state: 'SUCCEEDED' }), { progress: 1, rate: 4, secondsLeft: 0 });
  assert.deepEqual(paceOf({ ...run, state: 'CANCELLED', done: 10 }), { progress: 0.25, rate: 1, secondsLeft: 0 });
  assert.deepEqual(paceOf({ ...run, state: 'SUCCEEDED', total: 0, done: 0 }), {
    progress: 1,
    rate: null,
    secondsLeft: 0,
  });
});
