import assert from 'node:assert/strict';
import { readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { failuresOf } from '../../src/catalog/batches.js';
import { listFailures } from '../../src/catalog/failures.js';
import { imagesByUri } from '../../src/catalog/labels.js';
import { wrongCounts } from '../../src/catalog/check-counts.js';
import { setThreshold } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import type { Run } from '../../src/entities/index.js';
import { retryFailed } from '../../src/runs/request.js';
import { copyInto, count, emoji, ended, execute, openBenchWithWorker, type Bench } from './support.js';

async function retry(bench: Bench, run: Run, codes?: string[]): Promise<Run> {
  const asked = await retryFailed(bench.db, { runId: run.id, codes, requestedBy: 'test' });
  return ended(bench.db, asked.id);
}

const counts = ({ state, total, done, skipped, failed }: Run) => [state, total, done, skipped, failed];

test('ingest again opens the files that failed and no others, and the attempt goes up', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const root = join(folder, 'good');
  const [first, second, third] = await copyInto(root, await emoji('any', 6));
  const whole = await readFile(second);
  await writeFile(second, whole.subarray(0, 500));
  await writeFile(third, '');
  const labelsFile = join(folder, 'labels.csv');
  await writeFile(labelsFile, `path,label\n${second},ng\n${first},ok\nnowhere.jpg,ok\n`);
  const run = await execute(bench, 'INGEST', { paths: [root], labelsFile });
  assert.deepEqual([...counts(run), run.outcome.labelsFailed], ['SUCCEEDED', 6, 4, 0, 2, 2]);
  await writeFile(second, whole);
  await rm(first); // gone, but it has not failed, so nobody looks

  const [empty] = (await listFailures(db, run.id)).filter(({ code }) => code === 'EMPTY_FILE');
  assert.deepEqual(counts(await retry(bench, run, ['EMPTY_FILE'])), ['SUCCEEDED', 1, 0, 0, 1]);
  const again = await retry(bench, run);
  assert.deepEqual(again.options.retry, { run: run.id, codes: null });
  // The picture that is whole now; the empty one and the row that fits nothing fail again, the row that fits now does not.
  assert.deepEqual([...counts(again), again.outcome.labelsFailed], ['SUCCEEDED', 2, 1, 0, 1, 1]);
  const failures = await listFailures(db, again.id);
  assert.deepEqual(
    failures.map(({ uri, attempt }) => [uri, attempt]).sort(),
    [
      [empty.uri, 3],
      [`${labelsFile}:4`, 2],
    ].sort(),
  );
  const ids = await imagesByUri(db, bench.collectionId, [second]);
  assert.equal(await count(db, `from winnow.labels where image_id = $1 and value = 'NEGATIVE'`, [ids.get(second)]), 1);
  assert.deepEqual(counts(await retry(bench, again)), ['SUCCEEDED', 1, 0, 0, 1]);
});

test('a retry follows no link that the ingest did not follow', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const root = join(folder, 'good');
  const [file] = await copyInto(root, await emoji('any', 3));
  const elsewhere = await copyInto(join(folder, 'elsewhere'), await emoji('people', 2));
  await symlink(join(folder, 'elsewhere'), join(root, 'more'));
  await symlink(root, join(root, 'loop'));
  await symlink(file, join(root, 'same.webp'));
  const run = await execute(bench, 'INGEST', { paths: [root], positive: [root] });
  assert.deepEqual([...counts(run), run.outcome.labelsSet], ['SUCCEEDED', 6, 4, 0, 2, 3]);
  const again = await retry(bench, run);
  assert.deepEqual(counts(again), ['SUCCEEDED', 2, 0, 0, 2]);
  const failures = (await listFailures(db, again.id)).map(({ uri, code }) => [uri, code]);
  assert.deepEqual(failures, [
    [join(root, 'loop'), 'NOT_A_FILE'],
    [join(root, 'more'), 'NOT_A_FILE'],
  ]);
  assert.equal(await count(db, 'from winnow.images'), 3);

  // Asked for by name, the same link is followed, also when what is behind it is tried again.
  await writeFile(elsewhere[0], '');
  const named = { paths: [join(root, 'more')] };
  const through = await execute(bench, 'INGEST', named);
  assert.deepEqual(counts(through), ['SUCCEEDED', 2, 1, 0, 1]);
  await writeFile(elsewhere[0], await readFile(file));
  assert.deepEqual(counts(await retry(bench, through)), ['SUCCEEDED', 1, 1, 0, 0]);
});

test('images that failed are tried again, stage by stage; what was done is not done again', async (t) => {
  const bench = await openBenchWithWorker(t, { spanImages: 4 });
  const { db, folder, config } = bench;
  const people = await copyInto(join(folder, 'people'), await emoji('people', 14));
  const food = await copyInto(join(folder, 'food'), await emoji('food', 14));
  await execute(bench, 'INGEST', { positive: [join(folder, 'people')], negative: [join(folder, 'food')] });
  await execute(bench, 'TRAIN', { epochs: 3 });
  await rows(db, 'delete from winnow.features');
  await rm(join(config.home, 'squares'), { recursive: true });
  const gone = [people[0], people[7], food[1]];
  for (const path of gone) await rename(path, `${path}.away`);
  const ids = [...(await imagesByUri(db, bench.collectionId, gone)).values()];

  const resized = await execute(bench, 'RESIZE');
  assert.deepEqual(counts(resized), ['SUCCEEDED', 28, 25, 0, 3]);
  const still = await retry(bench, resized);
  assert.deepEqual(counts(still), ['SUCCEEDED', 3, 0, 0, 3]);
  const classified = await execute(bench, 'CLASSIFY');
  assert.deepEqual(counts(classified), ['SUCCEEDED', 28, 25, 0, 3]);
  const out = join(folder, 'out');
  const exported = await execute(bench, 'EXPORT', { directory: out });
  assert.deepEqual(counts(exported), ['SUCCEEDED', 28, 25, 0, 3]);

  await rename(`${gone[0]}.away`, gone[0]);
  await assert.rejects(retryFailed(db, { runId: resized.id, codes: ['CORRUPT'], requestedBy: 'x' }), {
    code: 'NOT_FOUND',
  });
  await assert.rejects(retryFailed(db, { runId: resized.id, codes: ['SNOW'], requestedBy: 'x' }), {
    code: 'BAD_INPUT',
  });
  await assert.rejects(retryFailed(db, { runId: 999, requestedBy: 'x' }), { code: 'NOT_FOUND' });
  assert.deepEqual(counts(await retry(bench, still, ['NO_SOURCE'])), ['SUCCEEDED', 3, 1, 0, 2]);
  const [failures] = await failuresOf(db, [{ of: ids[1], first: 10 }]);
  assert.deepEqual(
    failures.filter(({ stage }) => stage === 'RESIZE').map(({ attempt }) => attempt),
    [3, 2, 1],
  );

  // A newer model and another threshold do not matter: it is the same run, finished.
  for (const path of gone.slice(1)) await rename(`${path}.away`, path);
  await execute(bench, 'TRAIN', { epochs: 3 });
  const modelId = Number(classified.outcome.modelId);
  await setThreshold(db, { modelId, value: 0.9, who: 'ann' });
  const scoresBefore = await rows(db, 'select image_id, score, xmin from winnow.scores order by 1');
  const rescored = await retry(bench, classified);
  assert.deepEqual([counts(rescored), rescored.outcome.modelId], [['SUCCEEDED', 3, 3, 0, 0], modelId]);
  const scores = await rows<{ image_id: number }>(db, 'select image_id, score, xmin from winnow.scores order by 1');
  assert.deepEqual(
    scores.filter(({ image_id }) => !ids.includes(image_id)),
    scoresBefore,
  );
  assert.equal(scores.length, 28);
  assert.deepEqual(await wrongCounts(db, modelId), []);
  assert.deepEqual(counts(await retry(bench, classified)), ['SUCCEEDED', 3, 0, 3, 0]);

  const [standing] = await rows<{ name: string; verdict: string }>(
    db,
    'select name, verdict from winnow.export_files order by name limit 1',
  );
  const kept = join(out, standing.verdict.toLowerCase(), standing.name);
  await rm(kept);
  const placed = await retry(bench, exported);
  assert.deepEqual(counts(placed), ['SUCCEEDED', 3, 3, 0, 0]);
  const basis = ({ outcome }: Run) => [outcome.modelId, outcome.threshold, outcome.thresholdId];
  assert.deepEqual(basis(placed), basis(exported));
  assert.equal(await count(db, 'from winnow.export_files where placed_at is not null'), 28);
  await assert.rejects(stat(kept), { code: 'ENOENT' }, 'nothing else is touched');

  const [{ id }] = await rows<{ id: number }>(db, `select id from winnow.runs where stage = 'TRAIN' limit 1`);
  await assert.rejects(retryFailed(db, { runId: id, requestedBy: 'x' }), { code: 'BAD_INPUT' });
});
