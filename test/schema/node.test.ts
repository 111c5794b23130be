import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rows } from '../../src/db.js';
import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }';

test('anything is found by its id alone', async (t) => {
  const api = await startApi(t);
  const { collectionId, modelId, trainRunId, imageIds } = await fillCatalog(api.db, 4);
  const [{ threshold, failure }] = await rows<{ threshold: number; failure: number }>(
    api.db,
    'select (select max(id) from winnow.thresholds) as threshold, (select max(id) from winnow.failures) as failure',
  );
  for (const [type, id] of [
    ['Collection', encodeId('collection', collectionId)],
    ['Image', encodeId('image', imageIds[0])],
    ['Model', encodeId('model', modelId)],
    ['Threshold', encodeId('threshold', threshold)],
    ['Run', encodeId('run', trainRunId)],
    ['Failure', encodeId('failure', failure)],
  ]) {
    assert.deepEqual(await api.data(NODE, { id }), { node: { __typename: type, id } });
  }
  assert.deepEqual(
    await api.data(
      'query ($id: ID!) { node(id: $id) { ... on Model { number threshold { value } } ... on Run { stage } } }',
      {
        id: encodeId('model', modelId),
      },
    ),
    { node: { number: 1, threshold: { value: 0.5 } } },
  );
  assert.deepEqual(await api.data(NODE, { id: encodeId('model', 999) }), { node: null });
  const deep = `query ($id: ID!) { node(id: $id) { ... on Run { failures(first: 500) { edges { node { run {
    failures(first: 500) { edges { node { code } } } } } } } } } }`;
  assert.equal((await api.refusal(deep, { id: encodeId('run', trainRunId) })).code, 'QUERY_TOO_LARGE');
  for (const id of ['', 'x', '7', Buffer.from('label:1').toString('base64url')]) {
    assert.equal((await api.refusal(NODE, { id })).code, 'BAD_INPUT', id);
  }
});
