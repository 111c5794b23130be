import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { ensureCollection } from '../../src/catalog/collections.js';
import { findRun } from '../../src/catalog/runs.js';
import { rows } from '../../src/db.js';
import { WinnowError } from '../../src/errors.js';
import { endingOf } from '../../src/runs/ending.js';
import { cancelRun, requestRun } from '../../src/runs/request.js';
import { startWorker } from '../../src/runs/start-worker.js';
import { until as eventually } from '../support/waiting.js';
import { copyInto, count, emoji, ended, execute, openBench, openBenchWithWorker, request, until } from './support.js';

test('runs of a collection go one after the other, in the order they were asked for', async (t) => {
  const bench = await openBench(t);
  const { db, config, folder } = bench;
  await copyInto(join(folder, 'a'), await emoji('any', 12));
  // Asked for all at once, so that starting and ending cross each other.
  const asked = await Promise.all(
    (['INGEST', 'RESIZE', 'EMBED', 'RESIZE', 'INGEST'] as const).map((stage) =>
      request(bench, stage, stage === 'INGEST' ? { paths: [join(folder, 'a')] } : {}),
    ),
  );
  await ensureCollection(db, 'other');
  const other = await requestRun(db, { collection: 'other', stage: 'RESIZE', options: {}, requestedBy: 'test' });
  assert.equal(await count(db, 'from graphile_worker.jobs'), 2, 'only the first run of each collection has a job');

  const worker = await startWorker(db, config);
  t.after(() => worker.stop());
  const runs = await Promise.all(asked.map(({ id }) => ended(db, id)));
  await ended(db, other.id);
  runs.sort((a, b) => a.id - b.id);
  for (const [i, run] of runs.entries()) {
    assert.equal(run.state, 'SUCCEEDED');
    if (i > 0)
      assert.ok(run.startedAt! >= runs[i - 1].finishedAt!, `run ${run.id} started before the one before it ended`);
  }
  // The queue takes a job away a moment after the run it brought to its end.
  await eventually('no job is left', async () => (await count(db, 'from graphile_worker.jobs')) === 0);
});

test('a run that cannot succeed fails with its code, and the next one goes on', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  await copyInto(join(folder, 'a'), await emoji('any', 3));
  const train = await request(bench, 'TRAIN');
  const classify = await request(bench, 'CLASSIFY');
  const ingest = await request(bench, 'INGEST', { positive: [join(folder, 'a')] });
  const oneClass = await request(bench, 'TRAIN');
  assert.equal((await ended(db, train.id)).errorCode, 'TOO_FEW_LABELS');
  assert.equal((await ended(db, classify.id)).errorCode, 'NO_MODEL');
  assert.equal((await ended(db, ingest.id)).state, 'SUCCEEDED');
  const failed = await ended(db, oneClass.id);
  assert.equal(failed.state, 'FAILED');
  assert.equal(failed.errorCode, 'ONE_CLASS_ONLY');
});

test('a run that works is cancelled after its batch, and one that waits at once; both leave the way free', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const pictures = await copyInto(join(folder, 'a'), await emoji('any', 600));
  const ingest = await request(bench, 'INGEST', { paths: [join(folder, 'a')] });
  const waiting = await request(bench, 'RESIZE');
  const last = await request(bench, 'EMBED');
  assert.equal((await cancelRun(db, waiting.id)).state, 'CANCELLED');
  await until(db, ingest.id, (run) => run.done > 0);
  await cancelRun(db, ingest.id);
  const cancelled = await ended(db, ingest.id);
  assert.equal(cancelled.state, 'CANCELLED');
  assert.ok(cancelled.done < pictures.length);
  assert.equal(cancelled.done, await count(db, 'from winnow.images'), 'what was counted is there');
  await cancelRun(db, last.id);
  assert.equal((await ended(db, last.id)).state, 'CANCELLED');
  assert.equal((await cancelRun(db, ingest.id)).state, 'CANCELLED');

  const again = await execute(bench, 'INGEST', { paths: [join(folder, 'a')] });
  assert.equal(again.skipped, cancelled.done);
  assert.equal(again.done, pictures.length - cancelled.done);
  await assert.rejects(cancelRun(db, 1_000_000), { code: 'NOT_FOUND' });
});

test('a run whose jobs were lost goes on when a worker starts', async (t) => {
  const bench = await openBench(t);
  const { db, config, folder } = bench;
  await copyInto(join(folder, 'a'), await emoji('any', 3));
  const ingest = await request(bench, 'INGEST', { paths: [join(folder, 'a')] });
  const resize = await request(bench, 'RESIZE');
  await rows(db, 'delete from graphile_worker._private_jobs');
  const worker = await startWorker(db, config);
  t.after(() => worker.stop());
  assert.equal((await ended(db, ingest.id)).state, 'SUCCEEDED');
  assert.equal((await ended(db, resize.id)).done, 3);

  const train = await request(bench, 'TRAIN');
  assert.equal((await ended(db, train.id)).errorCode, 'TOO_FEW_LABELS');
  assert.equal((await findRun(db, train.id)).state, 'FAILED');
});

test('a worker that is stopped leaves its run to the next one', async (t) => {
  const bench = await openBench(t);
  const { db, config, folder } = bench;
  const first = await startWorker(db, config);
  await copyInto(join(folder, 'ok'), await emoji('people', 12));
  await copyInto(join(folder, 'ng'), await emoji('food', 12));
  await execute(bench, 'INGEST', { paths: [folder], labelsByFolder: true });
  const { id } = await request(bench, 'TRAIN', { epochs: 200, patience: 0 });
  await until(db, id, (run) => run.done > 0);
  await first.stop();
  assert.equal((await findRun(db, id)).state, 'RUNNING');
  const second = await startWorker(db, config);
  t.after(() => second.stop());
  const run = await ended(db, id);
  assert.deepEqual([run.state, run.done, run.total], ['SUCCEEDED', 200, 200]);
  assert.equal(await count(db, 'from winnow.epochs'), 200);
});

test('only errors that may pass are tried again', () => {
  assert.deepEqual(endingOf(new WinnowError('NO_MODEL', 'no'), false), {
    state: 'FAILED',
    error: { code: 'NO_MODEL', message: 'no' },
  });
  assert.deepEqual(endingOf(new WinnowError('CANCELLED', 'no'), false), { state: 'CANCELLED' });
  assert.equal(endingOf(new Error('the network is away'), false), null);
  const end = endingOf(new Error('the network is away\n  at line 9'), true);
  assert.ok(end?.state === 'FAILED' && end.error.code === 'INTERNAL');
  assert.match(end.error.message, /the network is away$/);
});

test('a full disk ends a run at once', { skip: !existsSync('/dev/full') && 'there is no /dev/full' }, async () => {
  const error: unknown = await writeFile('/dev/full', 'x').then(
    () => null,
    (refusal: unknown) => refusal,
  );
  const end = endingOf(error, false);
  assert.ok(end?.state === 'FAILED' && end.error.code === 'DISK_FULL', JSON.stringify(end));
  assert.match(end.error.message, /ENOSPC/);
});
