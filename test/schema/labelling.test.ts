import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

test('undoing gives back the label before, and undoing twice is redoing', async (t) => {
  const api = await startApi(t);
  const { collectionId, imageIds } = await fillCatalog(api.db, 5);
  const collection = encodeId('collection', collectionId);
  const images = imageIds.slice(0, 2).map((id) => encodeId('image', id));
  const undo = async () =>
    api.data(
      'mutation ($collection: ID!, $images: [ID!]!) { undoLabels(collection: $collection, images: $images, who: "bob") { undone } }',
      { collection, images },
    );
  const labels = async () =>
    Promise.all(
      images.map(async (id) => {
        const { image } = await api.data<{ image: { label: { value: string; who: string } | null } }>(
          'query ($id: ID!, $collection: ID!) { image(id: $id) { label(collection: $collection) { value who } } }',
          { id, collection },
        );
        return image.label && `${image.label.value} ${image.label.who}`;
      }),
    );
  await api.data(
    'mutation ($collection: ID!, $images: [ID!]!) { label(collection: $collection, images: $images, value: NEGATIVE, who: "eve") { set } }',
    { collection, images },
  );
  assert.deepEqual(await labels(), ['NEGATIVE eve', 'NEGATIVE eve']);
  assert.deepEqual(await undo(), { undoLabels: { undone: 2 } });
  assert.deepEqual(await labels(), ['POSITIVE bob', null]);
  assert.deepEqual(await undo(), { undoLabels: { undone: 2 } });
  assert.deepEqual(await labels(), ['NEGATIVE bob', 'NEGATIVE bob']);
});

test('all images of a filter are labelled, or none when they are not as many as expected', async (t) => {
  const api = await startApi(t);
  const { collectionId, modelId, imageIds } = await fillCatalog(api.db, 40);
  const [collection, model] = [encodeId('collection', collectionId), encodeId('model', modelId)];
  const arguments_ = '$collection: ID!, $images: [ID!], $matching: ImageSelection, $expectedCount: Int';
  const passed = 'collection: $collection, images: $images, matching: $matching, expectedCount: $expectedCount';
  const label = `mutation (${arguments_}) { label(${passed}, value: NEGATIVE, who: "ann") { set unchanged } }`;
  const withdraw = `mutation (${arguments_}) { withdrawLabel(${passed}) { withdrawn } }`;
  const undo = `mutation (${arguments_}) { undoLabels(${passed}) { undone } }`;
  const counts = async () => {
    const { collection: found } = await api.data<{ collection: { labelCounts: object } }>(
      'query ($id: ID!) { collection(id: $id) { labelCounts { positive negative } } }',
      { id: collection },
    );
    return found.labelCounts;
  };
  const ng = { model, filter: { verdict: 'NG', labelled: false } };
  // 20 scores lie below 0.5; the lowest of them is labelled.
  const { code, message } = await api.refusal(label, { collection, matching: ng, expectedCount: 20 });
  assert.deepEqual([code, message.slice(0, 45)], ['CONFLICT', 'These are 19 images, but 20 were expected. Lo']);
  assert.deepEqual(await counts(), { positive: 1, negative: 1 });
  assert.deepEqual(await api.data(label, { collection, matching: ng, expectedCount: 19 }), {
    label: { set: 19, unchanged: 0 },
  });
  assert.deepEqual(await counts(), { positive: 1, negative: 20 });
  const negative = { filter: { label: 'NEGATIVE' } };
  assert.deepEqual(await api.data(withdraw, { collection, matching: negative, expectedCount: 20 }), {
    withdrawLabel: { withdrawn: 20 },
  });
  const folder = { filter: { sourcePrefix: '/pictures/people/3' } };
  assert.deepEqual(await api.data(label, { collection, matching: folder, expectedCount: 11 }), {
    label: { set: 11, unchanged: 0 },
  });
  assert.deepEqual(await api.data(undo, { collection, matching: folder, expectedCount: 11 }), {
    undoLabels: { undone: 11 },
  });

  const images = [encodeId('image', imageIds[5])];
  assert.equal((await api.refusal(label, { collection, images, expectedCount: 2 })).code, 'CONFLICT');
  const other = await fillCatalog(api.db, 3, 'others');
  for (const [variables, expected] of [
    [{ images, matching: folder, expectedCount: 1 }, /^BAD_INPUT images must be/],
    [{}, /^BAD_INPUT images must be/],
    [{ matching: folder }, /^BAD_INPUT expectedCount must be/],
    [{ matching: { filter: { verdict: 'OK' } }, expectedCount: 1 }, /^BAD_INPUT matching.model must be/],
    [
      { matching: { model, filter: { score: { min: 7 } } }, expectedCount: 1 },
      /^BAD_INPUT matching.filter.score.min must be/,
    ],
    [{ matching: { ...ng, model: encodeId('model', other.modelId) }, expectedCount: 1 }, /^NOT_FOUND matching.model/],
    [{ matching: { ...ng, model: encodeId('model', 99) }, expectedCount: 1 }, /^NOT_FOUND/],
  ] as const) {
    const refused = await api.refusal(label, { collection, ...variables });
    assert.match(`${refused.code} ${refused.message}`, expected);
  }
});
