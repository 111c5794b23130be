import assert from 'node:assert/strict';
import { test } from 'node:test';

import { labelsDigest, setLabels, trainingLabels, undoLabels, withdrawLabels } from '../../src/catalog/labels.js';
import { rows } from '../../src/db.js';
import type { LabelOrigin, LabelValue } from '../../src/entities/index.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { collectionOf } from './support.js';

function labeller(db: TestDatabase, collectionId: number) {
  return {
    set: (origin: LabelOrigin, value: LabelValue, ...imageIds: number[]) =>
      db.transaction((tx) =>
        setLabels(tx, { collectionId, labels: imageIds.map((imageId) => ({ imageId, value })), origin, who: 'ann' }),
      ),
    withdraw: (...imageIds: number[]) =>
      db.transaction((tx) => withdrawLabels(tx, { collectionId, imageIds, who: 'bob' })),
    undo: (...imageIds: number[]) => db.transaction((tx) => undoLabels(tx, { collectionId, imageIds, who: 'bob' })),
    inForce: async () =>
      Object.fromEntries(
        (
          await rows<{ id: number; text: string }>(
            db,
            `select image_id as id, origin || ' ' || value as text from winnow.labels where superseded_at is null order by 1`,
          )
        ).map(({ id, text }) => [id, text]),
      ),
  };
}

test('a label by hand stands against folders and imports, and gives way to a hand', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 3);
  const [a, b, c] = imageIds;
  const { set, inForce } = labeller(db, collection.id);
  assert.deepEqual(await set('FOLDER', 'POSITIVE', a, b), { set: 2, unchanged: 0, kept: 0 });
  assert.deepEqual(await set('FOLDER', 'POSITIVE', a, b, c), { set: 1, unchanged: 2, kept: 0 });
  assert.deepEqual(await set('IMPORT', 'NEGATIVE', a), { set: 1, unchanged: 0, kept: 0 });
  assert.deepEqual(
    await set('HAND', 'NEGATIVE', a),
    { set: 1, unchanged: 0, kept: 0 },
    'a hand confirms, and from then on stands',
  );
  assert.deepEqual(await set('FOLDER', 'POSITIVE', a, b), { set: 0, unchanged: 1, kept: 1 });
  assert.deepEqual(await set('IMPORT', 'NEGATIVE', a), { set: 0, unchanged: 1, kept: 0 });
  assert.deepEqual(await set('HAND', 'POSITIVE', a), { set: 1, unchanged: 0, kept: 0 });
  assert.deepEqual(await inForce(), { [a]: 'HAND POSITIVE', [b]: 'FOLDER POSITIVE', [c]: 'FOLDER POSITIVE' });
  const history = await rows(
    db,
    `select value, origin, superseded_at is not null as over, superseded_by from winnow.labels where image_id = $1 order by id`,
    [a],
  );
  assert.deepEqual(history, [
    { value: 'POSITIVE', origin: 'FOLDER', over: true, superseded_by: 'ann' },
    { value: 'NEGATIVE', origin: 'IMPORT', over: true, superseded_by: 'ann' },
    { value: 'NEGATIVE', origin: 'HAND', over: true, superseded_by: 'ann' },
    { value: 'POSITIVE', origin: 'HAND', over: false, superseded_by: null },
  ]);
});

test('undo gives back what stood before, and undone twice is redone', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 3);
  const [a, b, c] = imageIds;
  const { set, withdraw, undo, inForce } = labeller(db, collection.id);
  await set('FOLDER', 'POSITIVE', a);
  await set('HAND', 'NEGATIVE', a, b);
  assert.equal(await undo(a, b, c), 2);
  assert.deepEqual(await inForce(), { [a]: 'FOLDER POSITIVE' });
  assert.equal(await undo(a, b), 2);
  assert.deepEqual(await inForce(), { [a]: 'HAND NEGATIVE', [b]: 'HAND NEGATIVE' });
  assert.equal(await withdraw(a, c), 1);
  assert.deepEqual(await inForce(), { [b]: 'HAND NEGATIVE' });
  await undo(a);
  assert.deepEqual(await inForce(), { [a]: 'HAND NEGATIVE', [b]: 'HAND NEGATIVE' });
  // Given anew after a withdrawal: what stood before was nothing.
  await withdraw(b);
  await set('HAND', 'POSITIVE', b);
  await undo(b);
  assert.deepEqual(await inForce(), { [a]: 'HAND NEGATIVE' });
});

test('an image that is not in the collection is refused, and nothing is set', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 1);
  const { set, inForce } = labeller(db, collection.id);
  await assert.rejects(set('HAND', 'POSITIVE', imageIds[0], 999), { code: 'NOT_FOUND', message: /999/ });
  assert.deepEqual(await inForce(), {});
});

test('training labels come in the order of the hashes, whatever the order they were given in', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 5);
  const { set, withdraw } = labeller(db, collection.id);
  await set('HAND', 'POSITIVE', imageIds[4], imageIds[2]);
  await set('HAND', 'NEGATIVE', imageIds[0], imageIds[1]);
  await withdraw(imageIds[1]);
  const labels = await trainingLabels(db, collection.id);
  const hashes = labels.map(({ sha256 }) => sha256);
  assert.deepEqual(hashes, [...hashes].sort());
  assert.equal(labels.length, 3);
  assert.equal(typeof labels[0].phash, 'bigint');
  assert.match(labelsDigest(labels), /^[0-9a-f]{64}$/);
  assert.notEqual(labelsDigest(labels), labelsDigest(labels.slice(1)));
});

test('two people who label the same images at once: each label is in the history, one is in force', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 50);
  const { set, inForce } = labeller(db, collection.id);
  await Promise.all([
    set('HAND', 'POSITIVE', ...imageIds),
    set('HAND', 'NEGATIVE', ...[...imageIds].reverse()),
    set('HAND', 'POSITIVE', ...imageIds.slice(20)),
  ]);
  assert.equal(Object.keys(await inForce()).length, 50);
});
