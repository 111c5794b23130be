import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ensureCollection } from '../../src/catalog/collections.js';
import { recordImages } from '../../src/catalog/record-images.js';
import { imagesBySha, imagesByUri } from '../../src/catalog/labels.js';
import { knownSources } from '../../src/catalog/sources.js';
import { rows } from '../../src/db.js';
import { Image } from '../../src/entities/index.js';
import { freshDatabase } from '../support/database.js';
import { file, sha256 } from './support.js';

const COUNTS = `select (select count(*)::integer from winnow.images) as images,
  (select count(*)::integer from winnow.sources) as sources,
  (select count(*)::integer from winnow.sources where replaced_at is null) as current,
  (select count(*)::integer from winnow.collection_images) as members,
  (select sum(images)::integer from winnow.collections) as counted`;

test('the same bytes at two paths are one image with two sources, however often they are recorded', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const files = [file('/a/1.jpg', 'one'), file('/b/1.jpg', 'one'), file('/a/2.jpg', 'two')];
  const first = await db.transaction((tx) => recordImages(tx, id, files));
  const again = await db.transaction((tx) => recordImages(tx, id, [...files].reverse()));
  assert.equal(first.get('/a/1.jpg'), first.get('/b/1.jpg'));
  assert.notEqual(first.get('/a/1.jpg'), first.get('/a/2.jpg'));
  assert.deepEqual(new Map([...again].sort()), new Map([...first].sort()));
  assert.deepEqual(await rows(db, COUNTS), [{ images: 2, sources: 3, current: 3, members: 2, counted: 2 }]);

  const image = await db.getRepository(Image).findOneByOrFail({ id: first.get('/a/1.jpg')! });
  assert.equal(image.sha256, sha256('one'));
  assert.equal(image.phash, -(2n ** 63n) + 3n);
  assert.equal(image.bytes, 1000);
  assert.equal((await imagesByUri(db, id, ['/b/1.jpg', '/nowhere'])).get('/b/1.jpg'), image.id);
  assert.deepEqual(await imagesBySha(db, id, [image.sha256, sha256('x')]), new Map([[image.sha256, image.id]]));
});

test('a changed file gets a new source and a new image; the old ones stay', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const record = (...files: Parameters<typeof file>[]) =>
    db.transaction((tx) =>
      recordImages(
        tx,
        id,
        files.map((args) => file(...args)),
      ),
    );
  const before = await record(['/a.jpg', 'old']);
  const after = await record(['/a.jpg', 'new', { bytes: 2000 }]);
  assert.notEqual(before.get('/a.jpg'), after.get('/a.jpg'));
  assert.deepEqual(await rows(db, COUNTS), [{ images: 2, sources: 2, current: 1, members: 2, counted: 2 }]);
  assert.equal((await knownSources(db, ['/a.jpg'])).get('/a.jpg')?.imageId, after.get('/a.jpg'));

  // Touched, not changed: the source keeps its row and takes the new time.
  const touched = new Date('2025-01-01T00:00:00.456Z');
  await record(['/a.jpg', 'new', { bytes: 2000, modifiedAt: touched }]);
  assert.deepEqual(await rows(db, COUNTS), [{ images: 2, sources: 2, current: 1, members: 2, counted: 2 }]);
  const { imageId, refused, bytes, modifiedAt } = (await knownSources(db, ['/a.jpg'])).get('/a.jpg')!;
  assert.deepEqual([imageId, refused, bytes, modifiedAt], [after.get('/a.jpg'), null, 2000, touched]);

  // It turns bad, and good again.
  const bad = await record(['/a.jpg', '', { facts: null, refused: 'TRUNCATED', bytes: 3 }]);
  assert.equal(bad.size, 0);
  assert.equal((await knownSources(db, ['/a.jpg'])).get('/a.jpg')?.refused, 'TRUNCATED');
  await record(['/a.jpg', 'old']);
  assert.deepEqual(await rows(db, COUNTS), [{ images: 2, sources: 4, current: 1, members: 2, counted: 2 }]);
});

test('a path longer than an index entry may be is recorded and found', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const uri = `/${Array.from({ length: 400 }, (_, i) => sha256(String(i)).slice(0, 9)).join('/')}`;
  await db.transaction((tx) => recordImages(tx, id, [file(uri, 'deep'), file('/ü/\u{1f600}".jpg', 'odd')]));
  assert.equal((await knownSources(db, [uri, '/ü/\u{1f600}".jpg', '/unknown'])).size, 2);
});

test('four connections that record the same files in different orders neither deadlock nor lose any', async (t) => {
  const db = await freshDatabase(t, { poolSize: 4 });
  const { id } = await ensureCollection(db, 'shoes');
  const files = Array.from({ length: 400 }, (_, i) => file(`/in/${i}.jpg`, `content ${i % 150}`));
  const worker = async (turn: number) => {
    const mine = [...files.slice(turn * 100), ...files.slice(0, turn * 100)];
    for (let at = 0; at < mine.length; at += 40) {
      await db.transaction((tx) => recordImages(tx, id, mine.slice(at, at + 40)));
    }
  };
  await Promise.all([0, 1, 2, 3].map(worker));
  assert.deepEqual(await rows(db, COUNTS), [{ images: 150, sources: 400, current: 400, members: 150, counted: 150 }]);
});

test('the count of a collection follows when members and images go', async (t) => {
  const db = await freshDatabase(t);
  const { id } = await ensureCollection(db, 'shoes');
  const ids = await db.transaction((tx) => recordImages(tx, id, [file('/1', '1'), file('/2', '2'), file('/3', '3')]));
  await rows(db, 'delete from winnow.collection_images where image_id = $1', [ids.get('/1')]);
  await rows(db, 'delete from winnow.images where id = $1', [ids.get('/2')]);
  assert.equal((await ensureCollection(db, 'shoes')).images, 1);
  await rows(db, 'delete from winnow.collections');
  assert.deepEqual(await rows(db, 'select count(*)::integer as n from winnow.collection_images'), [{ n: 0 }]);
});
