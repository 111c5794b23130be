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
      'mutation ($collection: ID!, $images: [ID!]!) { undoLabels(collection: $collection, images: { ids: $images }, who: "bob") { changed } }',
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
    'mutation ($collection: ID!, $images: [ID!]!) { setLabels(collection: $collection, images: { ids: $images }, value: NEGATIVE, who: "eve") { changed } }',
    { collection, images },
  );
  assert.deepEqual(await labels(), ['NEGATIVE eve', 'NEGATIVE eve']);
  assert.deepEqual(await undo(), { undoLabels: { changed: 2 } });
  assert.deepEqual(await labels(), ['POSITIVE bob', null]);
  assert.deepEqual(await undo(), { undoLabels: { changed: 2 } });
  assert.deepEqual(await labels(), ['NEGATIVE bob', 'NEGATIVE bob']);
});

test('all images of a filter are labelled, or none when they are not as many as expected', async (t) => {
  const api = await startApi(t);
  const { collectionId, modelId, imageIds } = await fillCatalog(api.db, 40);
  const [collection, model] = [encodeId('collection', collectionId), encodeId('model', modelId)];
  const arguments_ = '$collection: ID!, $images: ImagesToLabel!';
  const passed = 'collection: $collection, images: $images';
  const label = `mutation (${arguments_}) { setLabels(${passed}, value: NEGATIVE, who: "ann") { changed unchanged } }`;
  const withdraw = `mutation (${arguments_}) { withdrawLabels(${passed}) { changed } }`;
  const undo = `mutation (${arguments_}) { undoLabels(${passed}) { changed } }`;
  const matching = (filter: object, expectedCount: number) => ({ matching: { ...filter, expectedCount } });
  const counts = async () => {
    const { collection: found } = await api.data<{ collection: { labelCounts: object } }>(
      'query ($id: ID!) { collection(id: $id) { labelCounts { positive negative } } }',
      { id: collection },
    );
    return found.labelCounts;
  };
  const ng = { model, filter: { verdict: 'NG', labelled: false } };
  // 20 scores lie below 0.5; the lowest of them is labelled.
  const { code, message } = await api.refusal(label, { collection, images: matching(ng, 20) });
  assert.deepEqual([code, message.slice(0, 45)], ['CONFLICT', 'These are 19 images, but 20 were expected. Lo']);
  assert.deepEqual(await counts(), { positive: 1, negative: 1 });
  assert.deepEqual(await api.data(label, { collection, images: matching(ng, 19) }), {
    setLabels: { changed: 19, unchanged: 0 },
  });
  assert.deepEqual(await counts(), { positive: 1, negative: 20 });
  const negative = { filter: { label: 'NEGATIVE' } };
  assert.deepEqual(await api.data(withdraw, { collection, images: matching(negative, 20) }), {
    withdrawLabels: { changed: 20 },
  });
  const folder = { filter: { sourcePrefix: '/pictures/people/3' } };
  assert.deepEqual(await api.data(label, { collection, images: matching(folder, 11) }), {
    setLabels: { changed: 11, unchanged: 0 },
  });
  assert.deepEqual(await api.data(undo, { collection, images: matching(folder, 11) }), {
    undoLabels: { changed: 11 },
  });

  const ids = [encodeId('image', imageIds[5])];
  const other = await fillCatalog(api.db, 3, 'others');
  for (const [images, expected] of [
    [{ ids, ...matching(folder, 1) }, /^BAD_INPUT .*[Ee]xactly one/],
    [{}, /^BAD_INPUT .*[Ee]xactly one/],
    [{ ids: null }, /^BAD_INPUT /],
    [{ matching: folder }, /^BAD_INPUT .*expectedCount/],
    [matching({ filter: { verdict: 'OK' } }, 1), /^BAD_INPUT images\.matching\.model must be/],
    [matching({ model, filter: { score: { min: 7 } } }, 1), /^BAD_INPUT images\.matching\.filter\.score\.min must be/],
    [matching({ ...ng, model: encodeId('model', other.modelId) }, 1), /^NOT_FOUND images\.matching\.model/],
    [matching({ ...ng, model: encodeId('model', 99) }, 1), /^NOT_FOUND/],
  ] as const) {
    const refused = await api.refusal(label, { collection, images });
    assert.match(`${refused.code} ${refused.message}`, expected);
  }
});
