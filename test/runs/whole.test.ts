import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { countsAt } from '../../src/catalog/counts.js';
import { listFailures } from '../../src/catalog/failures.js';
import { modelByNumber } from '../../src/catalog/models.js';
import { rows } from '../../src/db.js';
import type { Run } from '../../src/entities/index.js';
import { copyInto, count, emoji, execute, openBenchWithWorker } from './support.js';

const EACH = 30;

test('a folder of pictures in, every one scored, files in ok/ and ng/ out; and then everything once more', async (t) => {
  const bench = await openBenchWithWorker(t, { spanImages: 25 });
  const { db, folder, collectionId } = bench;
  const people = join(folder, 'pictures', 'positive');
  await copyInto(people, await emoji('people', EACH));
  await copyInto(join(folder, 'pictures', 'negative'), await emoji('food', EACH));
  const total = 2 * EACH;

  const ingest = { paths: [join(folder, 'pictures')], labelsByFolder: true };
  const ingested = await execute(bench, 'INGEST', ingest);
  assertCounts(ingested, { total, done: total });
  assert.equal(ingested.outcome.labelsSet, total);

  assertCounts(await execute(bench, 'RESIZE'), { total, done: total });
  const embedded = await execute(bench, 'EMBED');
  assertCounts(embedded, { total, done: total });
  assert.ok(Number(embedded.outcome.networkSeconds) > 0);

  const trained = await execute(bench, 'TRAIN', { epochs: 15 });
  assertCounts(trained, { total: 15, done: trained.done, skipped: 15 - trained.done });
  assert.equal(trained.outcome.model, 1);
  assert.equal(await count(db, 'from winnow.epochs where run_id = $1', [trained.id]), trained.done);

  assertCounts(await execute(bench, 'CLASSIFY'), { total, done: total });
  const model = await modelByNumber(db, collectionId, 'latest');
  const half = await countsAt(db, { modelId: model.id, threshold: 0.5 });
  assert.equal(half.above + half.below, total);
  const [{ wrong }] = await rows<{ wrong: number }>(
    db,
    `select count(*)::int as wrong from winnow.scores s join winnow.labels l using (image_id)
     where (s.score >= 0.5) <> (l.value = 'POSITIVE')`,
  );
  assert.ok(wrong <= 3, `${wrong} of the pictures it learnt from are on the wrong side`);

  const out = join(folder, 'out');
  const exported = await execute(bench, 'EXPORT', { directory: out });
  assertCounts(exported, { total, done: total });
  assert.equal((await readdir(join(out, 'ok'))).length, EACH);
  assert.equal((await readdir(join(out, 'ng'))).length, EACH);
  const manifest = (await readFile(join(out, 'manifest.jsonl'), 'utf8')).trim().split('\n');
  assert.equal(manifest.length, total);

  // Once more: nothing is read, made, scored or copied again.
  assertCounts(await execute(bench, 'INGEST', ingest), { total, skipped: total });
  assertCounts(await execute(bench, 'RESIZE'), { total, skipped: total });
  assertCounts(await execute(bench, 'EMBED'), { total, skipped: total });
  assertCounts(await execute(bench, 'CLASSIFY', { mode: 'MISSING' }), { total, skipped: total });
  assertCounts(await execute(bench, 'EXPORT', { directory: out }), { total, skipped: total });
  assertCounts(await execute(bench, 'CLASSIFY'), { total, done: total });

  // One file gets other bytes, one is only touched: one is new, the other is known.
  const [changed, touched] = (await readdir(people)).map((name) => join(people, name));
  const [fresh] = await emoji('any', 1);
  await writeFile(changed, await readFile(fresh));
  await utimes(touched, new Date(), new Date());
  const again = await execute(bench, 'INGEST', ingest);
  assertCounts(again, { total, skipped: total - 2, done: 2 });
  assert.equal(await count(db, 'from winnow.images'), total + 1);
  assertCounts(await execute(bench, 'CLASSIFY', { mode: 'MISSING' }), { total: total + 1, skipped: total, done: 1 });
  assert.equal(await count(db, 'from winnow.scores'), total + 1);
});

test('a picture whose file is gone or has changed is a failure, unless its square is there', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const [kept, gone, changed, plain] = await copyInto(join(folder, 'pictures'), await emoji('any', 4));
  await execute(bench, 'INGEST', { paths: [kept] });
  assertCounts(await execute(bench, 'RESIZE'), { total: 1, done: 1 });
  await execute(bench, 'INGEST', { paths: [gone, changed, plain] });
  for (const file of [kept, gone]) await rm(file);
  // Other bytes under the old size and time: nothing shows it but the hash.
  const { atime, mtime } = await stat(changed);
  const bytes = await readFile(changed);
  bytes[bytes.length - 1] ^= 0xff;
  await writeFile(changed, bytes);
  await utimes(changed, atime, mtime);

  const run = await execute(bench, 'EMBED');
  assertCounts(run, { total: 4, done: 2, failed: 2 });
  const failures = await listFailures(db, run.id);
  assert.deepEqual(failures.map(({ code }) => code).sort(), ['CHANGED', 'NO_SOURCE']);
  assert.ok(failures.every(({ imageId }) => imageId !== null));

  const again = await execute(bench, 'INGEST', { paths: [plain, changed] });
  assert.deepEqual([again.skipped, again.done + again.failed], [1, 1], 'the changed file was read again');
});

function assertCounts(run: Run, expected: Partial<Pick<Run, 'total' | 'done' | 'skipped' | 'failed'>>): void {
  const { stage, state, total, done, skipped, failed, errorMessage } = run;
  assert.deepEqual(
    { stage, state, total, done, skipped, failed, errorMessage },
    { stage, state: 'SUCCEEDED', done: 0, skipped: 0, failed: 0, errorMessage: null, ...expected },
  );
}
