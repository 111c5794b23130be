import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  ensureBackbone,
  imageSpans,
  imagesInSpan,
  pendingFeatures,
  readFeatures,
  readFeaturesInSpan,
  storeFeatures,
} from '../../src/catalog/features.js';
import { recordFailures } from '../../src/catalog/failures.js';
import { addToCollection } from '../../src/catalog/record-images.js';
import { imagesWithoutScore } from '../../src/catalog/scores.js';
import { freshDatabase } from '../support/database.js';
import { collectionOf, modelOf, newRun, score } from './support.js';

const BACKBONE = { name: 'test', fingerprint: 'f0', size: 224, dimensions: 4, spec: { taps: ['a'] } };

function vectorOf(imageId: number): Buffer {
  const vector = Buffer.alloc(8, 0xfe);
  vector.writeInt32LE(imageId);
  return vector;
}

test('a collection is cut into spans that hold every image once, also with gaps between ids', async (t) => {
  const db = await freshDatabase(t);
  await collectionOf(db, 3, 'others');
  const { collection, imageIds } = await collectionOf(db, 25);
  const spans = await imageSpans(db, collection.id, 10);
  assert.deepEqual(
    spans.map(({ images }) => images),
    [10, 10, 5],
  );
  const found = (await Promise.all(spans.map((span) => imagesInSpan(db, collection.id, span)))).flat();
  assert.deepEqual(
    found.map(({ imageId }) => imageId),
    imageIds,
  );
  assert.deepEqual(found[0].uris, ['/shoes/0.jpg']);
  assert.match(found[0].sha256, /^[0-9a-f]{64}$/);
  assert.deepEqual(await imageSpans(db, 999, 10), []);
});

test('features are stored once, read in order of id, and missing ones are found', async (t) => {
  const db = await freshDatabase(t, { poolSize: 4 });
  const { collection, imageIds } = await collectionOf(db, 40);
  const { id: backboneId } = await ensureBackbone(db, BACKBONE);
  assert.deepEqual(await ensureBackbone(db, BACKBONE), { id: backboneId });
  await assert.rejects(ensureBackbone(db, { ...BACKBONE, dimensions: 5 }), { code: 'FINGERPRINT_MISMATCH' });
  const store = (ids: number[]) =>
    storeFeatures(
      db,
      backboneId,
      ids.map((imageId) => ({ imageId, vector: vectorOf(imageId) })),
    );
  const stored = await Promise.all([
    store(imageIds.slice(0, 30)),
    store(imageIds.slice(10, 30).reverse()),
    db.transaction((tx) => storeFeatures(tx, backboneId, [{ imageId: imageIds[5], vector: vectorOf(imageIds[5]) }])),
  ]);
  assert.equal(stored[0] + stored[1] + stored[2], 30);
  assert.equal(await store(imageIds.slice(0, 30)), 0);

  const [span] = await imageSpans(db, collection.id, 100);
  const runId = await newRun(db, collection.id, 'EMBED');
  const pending = { collectionId: collection.id, backboneId, span, runId };
  assert.deepEqual(
    (await pendingFeatures(db, pending)).map(({ imageId }) => imageId),
    imageIds.slice(30),
  );
  const failures = [{ imageId: imageIds[30], code: 'NO_SOURCE' as const, message: 'Gone.' }];
  await recordFailures(db, { runId, stage: 'EMBED', failures });
  assert.equal((await pendingFeatures(db, pending)).length, 9);
  assert.equal(
    (await pendingFeatures(db, { ...pending, runId: runId + 1 })).length,
    10,
    'it is tried again by the next run',
  );

  for (const read of [
    await readFeatures(db, { backboneId, imageIds: [...imageIds].reverse() }),
    await readFeaturesInSpan(db, { collectionId: collection.id, backboneId, span }),
    await db.transaction((tx) => readFeaturesInSpan(tx, { collectionId: collection.id, backboneId, span })),
  ]) {
    assert.deepEqual([...read.imageIds], imageIds.slice(0, 30));
    read.vectors.forEach((vector, i) => assert.deepEqual(vector, vectorOf(imageIds[i])));
  }
  assert.equal((await readFeatures(db, { backboneId, imageIds: [] })).vectors.length, 0);
});

test('images without a score by a model are found, span by span', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 10);
  const model = await modelOf(db, collection.id);
  await score(db, model, imageIds, new Float32Array(10).fill(0.5));
  const { imageIds: late } = await collectionOf(db, 3, 'other');
  await db.transaction((tx) => addToCollection(tx, collection.id, late));
  const runId = await newRun(db, collection.id);
  const missing = await imagesWithoutScore(db, {
    collectionId: collection.id,
    modelId: model.id,
    span: { first: 1, last: late[1] },
    runId,
  });
  assert.deepEqual(
    missing.map(({ imageId }) => imageId),
    late.slice(0, 2),
  );
});
