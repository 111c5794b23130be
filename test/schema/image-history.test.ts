import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

test('an image tells its labels with all that came before, and its scores by model', async (t) => {
  const api = await startApi(t);
  const { collectionId, imageIds } = await fillCatalog(api.db, 4);
  const variables = { collection: encodeId('collection', collectionId), image: encodeId('image', imageIds[0]) };
  await api.data(
    `mutation ($collection: ID!, $image: ID!) {
       setLabels(collection: $collection, images: { ids: [$image] }, value: NEGATIVE, who: "bea") { changed }
       withdrawLabels(collection: $collection, images: { ids: [$image] }, who: "cleo") { changed }
     }`,
    variables,
  );
  const { image } = await api.data<{ image: object }>(
    `query ($image: ID!) { image(id: $image) {
       original
       labelHistory { value who origin supersededBy collection { name } }
       scores { score verdict model { number } }
     } }`,
    { image: variables.image },
  );
  assert.deepEqual(image, {
    original: `/pictures/${variables.image}/original`,
    labelHistory: [
      { value: 'NEGATIVE', who: 'bea', origin: 'HAND', supersededBy: 'cleo', collection: { name: 'people' } },
      { value: 'POSITIVE', who: 'ann', origin: 'HAND', supersededBy: 'bea', collection: { name: 'people' } },
    ],
    scores: [{ score: 0.125, verdict: 'NG', model: { number: 1 } }],
  });
});

test('a run tells its failures by code, the most frequent first, with examples', async (t) => {
  const api = await startApi(t);
  const { ingestRunId } = await fillCatalog(api.db, 6);
  const { run } = await api.data<{ run: object }>(
    `query ($run: ID!) { run(id: $run) { failureGroups { code count examples(first: 1) { code uri image { id } } } } }`,
    { run: encodeId('run', ingestRunId) },
  );
  const [{ oldest }] = await api.db.query<{ oldest: number }[]>(
    `select image_id as oldest from winnow.failures where code = 'VANISHED' order by id limit 1`,
  );
  assert.deepEqual(run, {
    failureGroups: [
      {
        code: 'VANISHED',
        count: 5,
        examples: [{ code: 'VANISHED', uri: null, image: { id: encodeId('image', oldest) } }],
      },
      { code: 'CORRUPT', count: 3, examples: [{ code: 'CORRUPT', uri: '/pictures/people/bad0.jpg', image: null }] },
    ],
  });
});
