import assert from 'node:assert/strict';
import { test } from 'node:test';

import { exportNames, nameKey } from '../../src/catalog/export-name.js';
import {
  ensureExport,
  exportedFiles,
  exportWork,
  findExport,
  forgetFiles,
  manifestRows,
  markPlaced,
  planFiles,
  type ExportWork,
} from '../../src/catalog/exports.js';
import { setLabels } from '../../src/catalog/labels.js';
import { recordImages } from '../../src/catalog/record-images.js';
import { ensureCollection } from '../../src/catalog/collections.js';
import { rows } from '../../src/db.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { collectionOf, file, modelOf, score, sha256 } from './support.js';

async function all<Row>(batches: AsyncIterable<Row[]>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const batch of batches) found.push(...batch);
  return found;
}

/** Exports as a run does: write down, touch files (not here), note that they are placed. */
async function place(db: TestDatabase, exportId: number, work: ExportWork[]): Promise<void> {
  const files = work.map(({ imageId, sha256, verdict, uris }) => ({ imageId, sha256, verdict, source: uris[0] }));
  await db.transaction((tx) => planFiles(tx, { exportId, mode: 'COPY', files }));
  await db.transaction((tx) =>
    markPlaced(
      tx,
      exportId,
      files.map(({ imageId }) => imageId),
    ),
  );
}

test('after the threshold has moved, only what flipped is left to do', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 100);
  const model = await modelOf(db, collection.id);
  await score(
    db,
    model,
    imageIds.slice(0, 99),
    imageIds.slice(0, 99).map((_, i) => i / 100),
  );
  const labels = [{ imageId: imageIds[60], value: 'NEGATIVE' as const }];
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  const { id: exportId } = await db.transaction((tx) =>
    ensureExport(tx, { collectionId: collection.id, directory: '/out' }),
  );
  const workAt = (threshold: number) => all(exportWork(db, { exportId, modelId: model.id, threshold, batch: 7 }));

  const first = await workAt(0.5);
  assert.deepEqual(
    first.map(({ imageId }) => imageId),
    imageIds.slice(0, 99),
    'an image without a verdict is not exported',
  );
  assert.equal(first.filter(({ verdict }) => verdict === 'OK').length, 48);
  assert.deepEqual(
    first.map(({ exported }) => exported),
    first.map(() => null),
  );
  await place(db, exportId, first);
  assert.deepEqual(await workAt(0.5), []);

  const flipped = await workAt(0.65);
  assert.deepEqual(
    flipped.map(({ imageId }) => imageId),
    [...imageIds.slice(50, 60), ...imageIds.slice(61, 65)],
  );
  assert.deepEqual(flipped[0].exported, {
    verdict: 'OK',
    name: '50.jpg',
    mode: 'COPY',
    source: '/shoes/50.jpg',
    placed: true,
  });

  // Killed between writing down and placing: the same files are to be done again, and say that they may be anywhere.
  const files = flipped.map(({ imageId, sha256, verdict }) => ({ imageId, sha256, verdict, source: 'elsewhere' }));
  await db.transaction((tx) => planFiles(tx, { exportId, mode: 'MOVE', files }));
  const again = await workAt(0.65);
  assert.deepEqual(
    again.map(({ imageId }) => imageId),
    flipped.map(({ imageId }) => imageId),
  );
  assert.deepEqual(again[0].exported, {
    verdict: 'NG',
    name: '50.jpg',
    mode: 'COPY',
    source: '/shoes/50.jpg',
    placed: false,
  });
  await place(db, exportId, again);
  assert.deepEqual(await workAt(0.65), []);

  const manifest = await all(manifestRows(db, { exportId, modelId: model.id, batch: 10 }));
  assert.equal(manifest.length, 99);
  assert.equal(manifest.filter(({ verdict }) => verdict === 'OK').length, 34);
  const { logit, ...labelled } = manifest[60];
  assert.ok(Math.abs((logit ?? 0) - 0.405) < 1e-3);
  assert.deepEqual(labelled, {
    imageId: imageIds[60],
    sha256: first[60].sha256,
    sources: ['/shoes/60.jpg'],
    score: 0.6,
    label: 'NEGATIVE',
    verdict: 'NG',
    name: '60.jpg',
    mode: 'COPY',
    source: '/shoes/60.jpg',
  });

  const taken = await all(exportedFiles(db, { exportId, batch: 10 }));
  assert.ok(taken.every(({ placedAt }) => placedAt instanceof Date));
  await db.transaction((tx) =>
    forgetFiles(
      tx,
      exportId,
      taken.slice(1).map(({ imageId }) => imageId),
    ),
  );
  assert.equal((await workAt(0.65)).length, 98);
  const span = { first: imageIds[10], last: imageIds[19] };
  assert.equal((await all(exportWork(db, { exportId, modelId: model.id, threshold: 0.65, span }))).length, 10);
});

test('equal names, in whatever case or form, never meet, and keep their extension', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const long = `${'ü'.repeat(120)}.jpeg`;
  const uris = [
    '/a/x.jpg',
    '/b/x.jpg',
    '/c/X.JPG',
    '/d/X.jpg',
    `/a/${long}`,
    `/b/${long}`,
    '/a/caf\u00e9.png',
    '/b/cafe\u0301.png',
    '/a/noext',
    '/b/noext',
    'https://h.example/p/x.jpg?w=300',
  ];
  const files = uris.map((uri, i) => file(uri, `content ${i}`));
  const ids = await db.transaction((tx) => recordImages(tx, id, files));
  const { id: exportId } = await db.transaction((tx) => ensureExport(tx, { collectionId: id, directory: '/out' }));
  const planned = files.map(({ uri, facts }, i) => ({
    imageId: ids.get(uri)!,
    sha256: facts!.sha256,
    verdict: i % 2 ? ('OK' as const) : ('NG' as const),
    source: uri,
  }));
  const named = [
    ...(await db.transaction((tx) => planFiles(tx, { exportId, mode: 'COPY', files: planned.slice(0, 5) }))),
    ...(await db.transaction((tx) => planFiles(tx, { exportId, mode: 'COPY', files: planned.slice(5) }))),
  ];
  assert.equal(new Set(named.map(({ name }) => nameKey(name))).size, uris.length);
  for (const { name, source } of named) {
    assert.ok(Buffer.byteLength(name) <= 200);
    const extension = /\.[a-z]+(?=$|\?)/i.exec(source)?.[0] ?? '';
    assert.ok(name.endsWith(extension) || extension === '.example', `${source} -> ${name}`);
  }
  const again = await db.transaction((tx) => planFiles(tx, { exportId, mode: 'COPY', files: planned }));
  assert.deepEqual(new Map(again.map((f) => [f.imageId, f.name])), new Map(named.map((f) => [f.imageId, f.name])));
});

test('names', () => {
  const hash = sha256('x');
  assert.deepEqual(exportNames('/a/photo.jpg', hash), [
    'photo.jpg',
    `photo-${hash.slice(0, 12)}.jpg`,
    `photo-${hash}.jpg`,
  ]);
  assert.equal(exportNames('/a/what?.jpg', hash)[0], 'what?.jpg', 'a path is no URL');
  assert.equal(exportNames('https://h.example/a/photo.jpg?size=3#top', hash)[0], 'photo.jpg');
  assert.equal(exportNames('https://h.example/', hash)[0], 'h.example');
  assert.equal(exportNames('/a/..', hash)[0], hash);
  assert.equal(exportNames('/a/line\nbreak.gif', hash)[0], 'line_break.gif');
  assert.equal(exportNames('/a/.hidden', hash)[1], `.hidden-${hash.slice(0, 12)}`);
  const emoji = exportNames(`/a/${'\u{1f45f}'.repeat(60)}.webp`, hash);
  assert.ok(emoji.every((name) => Buffer.byteLength(name) <= 200 && name.endsWith('.webp') && !/\p{Cs}/u.test(name)));
  assert.ok(exportNames(`/a/b.${'e'.repeat(250)}`, hash).every((name) => Buffer.byteLength(name) <= 200));
});

test('a directory belongs to one collection', async (t) => {
  const db = await freshDatabase(t);
  const shoes = await ensureCollection(db, 'shoes');
  const pants = await ensureCollection(db, 'pants');
  const make = (collectionId: number) => db.transaction((tx) => ensureExport(tx, { collectionId, directory: '/out' }));
  const made = await Promise.all([make(shoes.id), make(shoes.id)]);
  assert.equal(made[0].id, made[1].id);
  await assert.rejects(make(pants.id), { code: 'EXPORT_DIRECTORY_TAKEN' });
  assert.equal((await findExport(db, '/out')).id, made[0].id);
  await assert.rejects(findExport(db, '/nowhere'), { code: 'NOT_FOUND' });
});

test('two workers that export parts with the same names at once give each file a name of its own', async (t) => {
  const db = await freshDatabase(t, { poolSize: 4 });
  const { id } = await ensureCollection(db, 'shoes');
  const files = Array.from({ length: 200 }, (_, i) => file(`/${i}/img${i % 5}.jpg`, `content ${i}`));
  const ids = await db.transaction((tx) => recordImages(tx, id, files));
  const { id: exportId } = await db.transaction((tx) => ensureExport(tx, { collectionId: id, directory: '/out' }));
  const planned = files.map(({ uri, facts }) => ({
    imageId: ids.get(uri)!,
    sha256: facts!.sha256,
    verdict: 'OK' as const,
    source: uri,
  }));
  await Promise.all(
    [0, 1, 2, 3].map(async (part) => {
      for (let at = part * 50; at < part * 50 + 50; at += 10) {
        await db.transaction((tx) => planFiles(tx, { exportId, mode: 'HARDLINK', files: planned.slice(at, at + 10) }));
      }
    }),
  );
  const [counts] = await rows(
    db,
    `select count(*)::integer as files, count(*) filter (where name like 'img_.jpg')::integer as bare from winnow.export_files`,
  );
  assert.deepEqual(counts, { files: 200, bare: 5 });
});
