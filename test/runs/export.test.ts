import assert from 'node:assert/strict';
import { cp, lstat, mkdir, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';

import { parse } from 'csv-parse/sync';

import { listFailures } from '../../src/catalog/failures.js';
import { imagesByUri, setLabels } from '../../src/catalog/labels.js';
import { setThreshold } from '../../src/catalog/thresholds.js';
import { copyInto, emoji, execute, openBenchWithWorker, type Bench } from './support.js';
import { manifest, score, standing } from './export-support.js';

test('a second export after the threshold moved touches only what flipped', async (t) => {
  const bench = await openBenchWithWorker(t, { spanImages: 5 });
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 12));
  const model = await score(bench, new Map(files.map((file, i) => [file, i / 12])));
  const out = join(folder, 'out');
  const first = await execute(bench, 'EXPORT', { directory: out });
  assert.deepEqual([first.done, first.outcome.ok, first.outcome.ng], [12, 6, 6]);
  const before = await standing(out);
  assert.deepEqual(await readFile(join(out, 'ok', basename(files[11]))), await readFile(files[11]));

  await setThreshold(db, { modelId: model.id, value: 0.65, who: 'me' });
  const second = await execute(bench, 'EXPORT', { directory: out });
  assert.deepEqual([second.done, second.skipped, second.outcome.ok, second.outcome.ng], [2, 10, 4, 8]);
  const after = await standing(out);
  assert.equal(after.size, 12);
  for (const [i, file] of files.entries()) {
    const [was, is] = [i >= 6 ? 'ok' : 'ng', i >= 8 ? 'ok' : 'ng'].map((where) => `${where}/${basename(file)}`);
    assert.equal(after.get(is), before.get(was), 'the very same file, renamed or left alone');
  }

  const lines = await manifest(out);
  assert.equal(lines.length, 12);
  const line = lines.find(({ source }) => source === files[7])!;
  assert.equal(line.file, `ng/${basename(files[7])}`);
  assert.equal(line.verdict, 'NG');
  assert.ok(Math.abs(Number(line.threshold) - 0.65) < 1e-6);
  assert.ok(Math.abs(Number(line.score) - 7 / 12) < 1e-6);
  assert.equal(line.model, 'v1');
  const csv = parse<Record<string, string>>(await readFile(join(out, 'manifest.csv')), { columns: true });
  assert.equal(csv.length, 12);
  assert.deepEqual(JSON.parse(csv.find(({ source }) => source === files[7])!.sources), [files[7]]);

  // A label outranks the score.
  const imageId = (await imagesByUri(db, bench.collectionId, [files[0]])).get(files[0])!;
  await db.transaction((tx) =>
    setLabels(tx, {
      collectionId: bench.collectionId,
      labels: [{ imageId, value: 'POSITIVE' }],
      origin: 'HAND',
      who: 'me',
    }),
  );
  assert.equal((await execute(bench, 'EXPORT', { directory: out })).done, 1);
  assert.ok((await stat(join(out, 'ok', basename(files[0])))).isFile());
});

test('images without a verdict are left out, and said to be; where none has one, nothing is exported', async (t) => {
  const bench = await openBenchWithWorker(t, { spanImages: 3 });
  const { db, folder, collectionId } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 8));
  await score(bench, new Map());
  await execute(bench, 'INGEST', { paths: [join(folder, 'in')] });
  const out = join(folder, 'out');
  const refused = await execute(bench, 'EXPORT', { directory: out });
  assert.equal(refused.errorCode, 'CONFLICT');
  assert.match(
    refused.errorMessage!,
    /of 8 images none has a label, and model v1 has scored none\. Run winnow classify/,
  );
  await assert.rejects(readdir(out), { code: 'ENOENT' });

  const images = await imagesByUri(db, collectionId, files);
  const labels = files.slice(0, 3).map((file) => ({ imageId: images.get(file)!, value: 'POSITIVE' as const }));
  await db.transaction((tx) => setLabels(tx, { collectionId, labels, origin: 'HAND', who: 'me' }));
  for (const [done, skipped] of [
    [3, 0],
    [0, 3],
  ]) {
    const run = await execute(bench, 'EXPORT', { directory: out });
    assert.deepEqual([run.state, run.total, run.done, run.skipped, run.failed], ['SUCCEEDED', 3, done, skipped, 0]);
    assert.equal(run.outcome.withoutVerdict, 5);
  }
});

test('equal names, in whatever case, stand side by side; the same bytes are one file', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { folder } = bench;
  const [one, two, three] = await emoji('any', 3);
  const files = ['a/x.webp', 'b/x.webp', 'c/X.WEBP', 'd/x.webp'].map((name) => join(folder, 'in', name));
  for (const file of files) await mkdir(dirname(file), { recursive: true });
  await cp(one, files[0]);
  await cp(two, files[1]);
  await cp(three, files[2]);
  await cp(one, files[3]);
  await score(bench, new Map(files.map((file) => [file, 1])));
  const out = join(folder, 'out');
  assert.equal((await execute(bench, 'EXPORT', { directory: out })).done, 3);
  const names = await readdir(join(out, 'ok'));
  assert.equal(new Set(names.map((name) => name.toLowerCase())).size, 3);
  for (const { file, source, sources } of await manifest(out)) {
    assert.deepEqual(await readFile(join(out, String(file))), await readFile(String(source)));
    if (source === files[0]) assert.deepEqual(sources, [files[0], files[3]]);
  }
});

test('what was taken out of an export is placed again; what others put in is left alone', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 4));
  const model = await score(bench, new Map(files.map((file) => [file, 0.6])));
  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out });
  const [gone, wanted] = files.map((file) => basename(file));
  await rm(join(out, 'ok', gone));
  await writeFile(join(out, 'ng', wanted), 'mine');
  await writeFile(join(out, 'notes.txt'), 'mine');
  assert.equal((await execute(bench, 'EXPORT', { directory: out })).done, 1);
  assert.deepEqual(await readFile(join(out, 'ok', gone)), await readFile(files[0]));

  await setThreshold(db, { modelId: model.id, value: 0.9, who: 'me' });
  const flipped = await execute(bench, 'EXPORT', { directory: out });
  assert.equal(flipped.done, 4);
  assert.equal(await readFile(join(out, 'ng', wanted), 'utf8'), 'mine');
  assert.equal(await readFile(join(out, 'notes.txt'), 'utf8'), 'mine');
  assert.equal((await readdir(join(out, 'ng'))).length, 5);
  assert.equal((await readdir(join(out, 'ok'))).length, 0);
  for (const { file, source } of await manifest(out)) {
    assert.deepEqual(await readFile(join(out, String(file))), await readFile(String(source)));
  }
  // The new name is remembered.
  assert.equal((await execute(bench, 'EXPORT', { directory: out })).skipped, 4);
});

test('a source that has changed or is gone is not exported', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 4));
  await score(bench, new Map(files.map((file) => [file, 0.6])));
  await writeFile(files[0], await readFile(files[1]));
  await rm(files[2]);
  const out = join(folder, 'out');
  const run = await execute(bench, 'EXPORT', { directory: out });
  assert.deepEqual([run.state, run.done, run.failed], ['SUCCEEDED', 2, 2]);
  const codes = (await listFailures(db, run.id)).map(({ code }) => code);
  assert.deepEqual(codes.sort(), ['CHANGED', 'NO_SOURCE']);
  assert.equal((await manifest(out)).length, 2);
});

test('hard links and symlinks', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 4));
  const model = await score(bench, new Map(files.map((file, i) => [file, i / 4])));
  const [hard, soft] = [join(folder, 'hard'), join(folder, 'soft')];
  await execute(bench, 'EXPORT', { directory: hard, mode: 'HARDLINK' });
  await execute(bench, 'EXPORT', { directory: soft, mode: 'SYMLINK' });
  await setThreshold(db, { modelId: model.id, value: 0.6, who: 'me' });
  assert.equal((await execute(bench, 'EXPORT', { directory: hard })).done, 1);
  assert.equal((await execute(bench, 'EXPORT', { directory: soft, mode: 'SYMLINK' })).done, 1);
  for (const [i, file] of files.entries()) {
    const name = join(i >= 3 ? 'ok' : 'ng', basename(file));
    assert.equal((await lstat(join(hard, name))).ino, (await lstat(file)).ino);
    assert.equal(await readlink(join(soft, name)), file);
  }
  assert.equal((await standing(hard)).size + (await standing(soft)).size, 8);
});

test('a directory that holds something else is refused', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 2));
  await score(bench, new Map(files.map((file) => [file, 1])));
  const refused = async (options: object, code: string) => {
    const run = await execute(bench, 'EXPORT', options);
    assert.deepEqual([run.state, run.errorCode], ['FAILED', code]);
  };
  const before = await readdir(join(folder, 'in'));
  await refused({ directory: join(folder, 'in') }, 'EXPORT_DIRECTORY_TAKEN');
  assert.deepEqual(await readdir(join(folder, 'in')), before);
  await refused({ directory: files[0] }, 'BAD_INPUT');

  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out });
  await refused({ directory: out, mode: 'MOVE' }, 'CONFLICT');
  // A folder that somebody replaced by a link would lead the export to another place.
  const victim = join(folder, 'victim');
  await mkdir(victim);
  await rm(join(out, 'ng'), { recursive: true });
  await symlink(victim, join(out, 'ng'));
  await refused({ directory: out, threshold: 1 }, 'EXPORT_DIRECTORY_TAKEN');
  assert.deepEqual(await readdir(victim), []);
});

test('an export below the ingested folder is not ingested, unless it is asked for', async (t) => {
  const bench: Bench = await openBenchWithWorker(t);
  const { folder } = bench;
  const root = join(folder, 'in');
  const files = await copyInto(root, await emoji('any', 2));
  await score(bench, new Map(files.map((file) => [file, 1])));
  await execute(bench, 'EXPORT', { directory: join(root, 'sorted') });
  assert.equal((await execute(bench, 'INGEST', { paths: [root], labelsByFolder: true })).total, 2);
  const asked = await execute(bench, 'INGEST', { paths: [join(root, 'sorted')], labelsByFolder: true });
  assert.deepEqual([asked.total, asked.outcome.labelsSet], [2, 2]);
});
