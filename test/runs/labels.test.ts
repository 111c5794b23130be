import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';

import { listFailures } from '../../src/catalog/failures.js';
import { imagesByUri, setLabels } from '../../src/catalog/labels.js';
import { rows } from '../../src/db.js';
import { copyInto, count, emoji, execute, openBenchWithWorker, type Bench } from './support.js';

test('folders give labels, wherever they are; the innermost one decides', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { folder } = bench;
  const pictures = await emoji('any', 12);
  await copyInto(join(folder, 'all'), pictures.slice(0, 4));
  const yes = await copyInto(join(folder, 'all', 'yes-please'), pictures.slice(4, 7));
  const no = await copyInto(join(folder, 'all', 'yes-please', 'but-not-these'), pictures.slice(7, 9));
  const elsewhere = await copyInto(join(folder, 'elsewhere'), pictures.slice(9));
  const run = await execute(bench, 'INGEST', {
    paths: [join(folder, 'all')],
    positive: [join(folder, 'all', 'yes-please'), join(folder, 'elsewhere')],
    negative: [join(folder, 'all', 'yes-please', 'but-not-these')],
    who: 'helper',
  });
  assert.equal(run.total, 12);
  assert.equal(run.done, 12);
  assert.deepEqual(await labelsByPath(bench), labels([...yes, ...elsewhere], no));
  assert.equal(await count(bench.db, `from winnow.labels where who = 'helper' and origin = 'FOLDER'`), 8);
});

test('the name of a folder is the label, where that is asked for', async (t) => {
  const bench = await openBenchWithWorker(t);
  const root = join(bench.folder, 'all');
  const pictures = await emoji('any', 8);
  const good = await copyInto(join(root, 'Good', 'batch 1'), pictures.slice(0, 3));
  const bad = await copyInto(join(root, 'ng'), pictures.slice(3, 6));
  await copyInto(join(root, 'other'), pictures.slice(6));
  await execute(bench, 'INGEST', { paths: [root] });
  assert.deepEqual(await labelsByPath(bench), {});
  const none = await execute(bench, 'INGEST', { paths: [join(root, 'other')], labelsByFolder: true });
  assert.equal(none.outcome.labelsSet, 0);
  const run = await execute(bench, 'INGEST', { paths: [root], labelsByFolder: true });
  assert.equal(run.skipped, 8);
  assert.deepEqual(await labelsByPath(bench), labels(good, bad));
});

test('a labels file gives labels by path and by hash; rows that fit nothing are failures', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const root = join(folder, 'all');
  const [a, b, c, d] = await copyInto(root, await emoji('any', 4));
  await mkdir(join(root, 'sub'));
  const twin = join(root, 'sub', 'twin.webp');
  await cp(d, twin);
  await execute(bench, 'INGEST', { paths: [root] });
  const [{ sha256 }] = await rows<{ sha256: string }>(
    db,
    `select encode(i.sha256, 'hex') as sha256 from winnow.images i join winnow.sources s on s.image_id = i.id where s.uri = $1`,
    [b],
  );
  const labelsFile = join(folder, 'labels.csv');
  const lines = [
    'path,label',
    `${basename(a)},positive`, // relative to the folder
    `${sha256.toUpperCase()},negative`,
    `${c},NG`,
    'nobody.webp,positive', // 5
    `${basename(a)},perhaps`, // 6
    `${basename(d)},positive`,
    'sub/twin.webp,negative', // the same bytes as d: contradicts
  ];
  await writeFile(labelsFile, `\uFEFF${lines.join('\r\n')}\r\n`);
  const run = await execute(bench, 'INGEST', { paths: [root], labelsFile });
  assert.equal(run.state, 'SUCCEEDED');
  assert.deepEqual(await labelsByPath(bench), labels([a], [b, c]));
  const failures = (await listFailures(db, run.id)).map(({ code, uri, message }) => ({ code, uri, message }));
  assert.deepEqual(
    failures.map(({ code, uri }) => [code, uri]),
    [
      ['LABEL_UNMATCHED', `${labelsFile}:5`],
      ['LABEL_INVALID', `${labelsFile}:6`],
      ['LABEL_CONFLICT', null],
    ],
  );
  assert.match(failures[2].message, /twin\.webp/);
  assert.deepEqual([run.total, run.skipped, run.failed], [5, 5, 0]);
  const { labelsSet, labelsFailed, imageFiles } = run.outcome;
  assert.deepEqual({ labelsSet, labelsFailed, imageFiles }, { labelsSet: 3, labelsFailed: 3, imageFiles: 5 });
});

test('an image that two folders disagree on loses the label that it had from one of them, but none by hand', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder, collectionId } = bench;
  const [a, b, c] = await copyInto(join(folder, 'ng'), await emoji('any', 3));
  const ingest = { paths: [folder], labelsByFolder: true };
  await execute(bench, 'INGEST', ingest);
  assert.deepEqual(await labelsByPath(bench), labels([], [a, b, c]));
  const imageId = (await imagesByUri(db, collectionId, [b])).get(b)!;
  await db.transaction((tx) =>
    setLabels(tx, { collectionId, labels: [{ imageId, value: 'NEGATIVE' }], origin: 'HAND', who: 'me' }),
  );
  await copyInto(join(folder, 'ok'), [a, b]);
  const run = await execute(bench, 'INGEST', ingest);
  assert.deepEqual(
    (await listFailures(db, run.id)).map(({ code }) => code),
    ['LABEL_CONFLICT', 'LABEL_CONFLICT'],
  );
  const inForce = await rows<{ origin: string; uri: string }>(
    db,
    `select l.origin, s.uri from winnow.labels l join winnow.sources s using (image_id)
      where l.superseded_at is null and s.uri like '%/ng/%' order by l.origin`,
  );
  assert.deepEqual(
    inForce.map(({ origin, uri }) => [origin, uri]),
    [
      ['FOLDER', c],
      ['HAND', b],
    ],
  );
});

test('a label by hand stands against a folder', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder, collectionId } = bench;
  const [a, b] = await copyInto(join(folder, 'ok'), await emoji('any', 2));
  const ingest = { paths: [join(folder, 'ok')], labelsByFolder: true };
  await execute(bench, 'INGEST', ingest);
  const imageId = (await imagesByUri(db, collectionId, [a])).get(a)!;
  await db.transaction((tx) =>
    setLabels(tx, { collectionId, labels: [{ imageId, value: 'NEGATIVE' }], origin: 'HAND', who: 'me' }),
  );
  const run = await execute(bench, 'INGEST', ingest);
  assert.deepEqual(await labelsByPath(bench), labels([b], [a]));
  assert.equal(run.outcome.labelsKept, 1);
  assert.equal(run.outcome.labelsUnchanged, 1);
});

test('what cannot be right is refused by name', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { folder } = bench;
  const refused = (options: object, message: RegExp) =>
    assert.rejects(execute(bench, 'INGEST', options), { code: 'BAD_INPUT', message });
  await refused({}, /paths/);
  await refused({ paths: 'x' }, /paths must be a list/);
  await refused({ paths: [folder], speed: 9 }, /no option "speed"/);
  await refused({ paths: [join(folder, 'nowhere')] }, /There is nothing at .*nowhere\./);
  await refused({ paths: [folder], labelsFile: folder }, /The labels must be in a file/);
  await refused({ positive: [folder], negative: [folder] }, /in positive and in negative/);
});

async function labelsByPath({ db }: Bench): Promise<Record<string, string>> {
  const found = await rows<{ uri: string; value: string }>(
    db,
    `select min(s.uri) as uri, l.value from winnow.labels l join winnow.sources s using (image_id)
     where l.superseded_at is null group by l.id order by 1`,
  );
  return Object.fromEntries(found.map(({ uri, value }) => [uri, value]));
}

function labels(positive: string[], negative: string[]): Record<string, string> {
  const all = [...positive.map((uri) => [uri, 'POSITIVE']), ...negative.map((uri) => [uri, 'NEGATIVE'])];
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))) as Record<string, string>;
}
