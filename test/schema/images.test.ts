import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import type { ConnectionOf } from './api.js';
import { fillCatalog } from './catalog.js';

const IMAGES = `query ($model: ID, $collection: ID, $range: ScoreRange, $filter: ImageFilter, $order: ImageOrder, $seed: Int, $first: Int, $after: String, $last: Int, $before: String) {
  images(model: $model, collection: $collection, scoreRange: $range, filter: $filter, order: $order, seed: $seed, first: $first, after: $after, last: $last, before: $before) {
    totalCount totalCountIsExact pageInfo { hasNextPage startCursor endCursor } edges { cursor node { id uri } }
  }
}`;
type Images = ConnectionOf<{ id: string; uri: string }> & { totalCountIsExact: boolean };

test('images by filter and in any order, with cursors that are good for the same query only', async (t) => {
  const api = await startApi(t);
  const n = 60;
  const { modelId, collectionId, imageIds } = await fillCatalog(api.db, n);
  const [model, collection] = [encodeId('model', modelId), encodeId('collection', collectionId)];
  const images = async (variables: object) => (await api.data<{ images: Images }>(IMAGES, variables)).images;
  const ids = (found: Images) => found.edges.map(({ node }) => node.id);
  const all = imageIds.map((id) => encodeId('image', id));

  await t.test('without a model, newest first', async () => {
    const found = await images({ collection, first: 500 });
    assert.deepEqual(
      ids(found),
      imageIds.toSorted((a, b) => b - a).map((id) => encodeId('image', id)),
    );
    assert.deepEqual([found.totalCount, found.totalCountIsExact], [n, true]);
    const labelled = await images({ collection, filter: { labelled: true } });
    assert.deepEqual(new Set(ids(labelled)), new Set([all[0], all[n - 1]]));
    const label = await api.data(
      `query ($collection: ID!) { images(collection: $collection, filter: { label: NEGATIVE }) { edges { node { label { value } } } } }`,
      { collection },
    );
    assert.deepEqual(label, { images: { edges: [{ node: { label: { value: 'NEGATIVE' } } }] } });
  });

  await t.test('by distance and at random, both directions', async () => {
    for (const variables of [
      { order: 'THRESHOLD_DISTANCE' },
      { order: 'RANDOM' },
      { order: 'RANDOM', seed: 2 },
      { filter: { verdict: 'NG' } },
    ]) {
      const whole = ids(await images({ model, ...variables, first: 500 }));
      const seen: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const page: Images = await images({ model, ...variables, first: 13, after });
        seen.push(...ids(page));
        [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
      }
      assert.deepEqual(seen, whole);
      const end = await images({ model, ...variables, last: 9 });
      const before = await images({ model, ...variables, last: 500, before: end.pageInfo.startCursor });
      assert.deepEqual([...ids(before), ...ids(end)], whole);
    }
    const [one, two] = [await images({ model, order: 'RANDOM' }), await images({ model, order: 'RANDOM', seed: 2 })];
    assert.notDeepEqual(ids(one), ids(two));
    const nearest = await images({ model, order: 'THRESHOLD_DISTANCE', first: 2 });
    assert.deepEqual(ids(nearest), [all[30], all[29]]);
  });

  await t.test('the order by distance goes on from where it began when the threshold moves', async () => {
    const first = await images({ model, order: 'THRESHOLD_DISTANCE', first: 20 });
    const before = await images({ model, order: 'THRESHOLD_DISTANCE', first: 500 });
    const tiny = await api.data('mutation ($model: ID!) { setThreshold(model: $model, value: 1e-50) { value } }', {
      model,
    });
    assert.deepEqual(tiny, { setThreshold: { value: 0 } }, 'too small for a real is 0');
    await api.data('mutation ($model: ID!) { setThreshold(model: $model, value: 0.9) { id } }', { model });
    const rest = await images({ model, order: 'THRESHOLD_DISTANCE', first: 500, after: first.pageInfo.endCursor });
    assert.deepEqual([...ids(first), ...ids(rest)], ids(before));
    await api.data('mutation ($model: ID!) { revertThreshold(model: $model) { id } }', { model });
  });

  await t.test('by the pictures themselves', async () => {
    // Their hashes are their numbers: 0b0, 0b1, ...
    const near = await images({ collection, filter: { nearPicture: { image: all[0], maxDistance: 1 } } });
    assert.deepEqual(new Set(ids(near)), new Set([0, 1, 2, 4, 8, 16, 32].map((i) => all[i])));
    const copies = await images({ model, filter: { sourcePrefix: '/pictures/people/copies/' }, order: 'SCORE_ASC' });
    assert.deepEqual(
      ids(copies),
      [0, 10, 20, 30, 40, 50].map((i) => all[i]),
    );
    assert.equal(
      (await images({ collection, filter: { failed: true, formats: ['JPEG'], width: { min: 640 } } })).totalCount,
      5,
    );
    assert.equal((await images({ collection, filter: { height: { max: 479 } } })).totalCount, 0);
  });

  await t.test('what cannot be asked is refused by name', async () => {
    const { pageInfo } = await images({ model, filter: { verdict: 'OK' }, first: 2 });
    const after = pageInfo.endCursor;
    for (const [variables, argument] of [
      [{ model, after }, 'after'],
      [{ model, filter: { verdict: 'NG' }, after }, 'after'],
      [{ model, filter: { verdict: 'OK' }, order: 'NEWEST', after }, 'after'],
      [{}, 'model'],
      [{ model, collection }, 'model'],
      [{ collection, filter: { verdict: 'OK' } }, 'model'],
      [{ collection, order: 'THRESHOLD_DISTANCE' }, 'model'],
      [{ model, range: { min: 0.5 }, filter: { score: { min: 0.5 } } }, 'scoreRange'],
      [{ model, filter: { score: { min: 2 } } }, 'filter.score.min'],
      [{ model, filter: { width: { min: 5, max: 4 } } }, 'filter.width.max'],
      [{ model, filter: { formats: [] } }, 'filter.formats'],
      [{ model, filter: { sourcePrefix: ' ' } }, 'filter.sourcePrefix'],
      [{ model, filter: { nearPicture: { image: model } } }, 'filter.nearPicture.image'],
      [{ model, filter: { nearPicture: { image: all[0], maxDistance: 64 } } }, 'filter.nearPicture.maxDistance'],
    ] as const) {
      const { code, message } = await api.refusal(IMAGES, variables);
      assert.equal(code, 'BAD_INPUT', JSON.stringify(variables));
      assert.ok(message.startsWith(`${argument} must be `), message);
    }
    for (const variables of [
      { collection: encodeId('collection', 99) },
      { model: encodeId('model', 99), order: 'NEWEST' },
    ]) {
      assert.equal((await api.refusal(IMAGES, variables)).code, 'NOT_FOUND');
    }
  });
});
