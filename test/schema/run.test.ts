import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rows } from '../../src/db.js';
import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

test('a run leads to its model and threshold, and its JSON holds no row of the catalog', async (t) => {
  const api = await startApi(t);
  const { collectionId, modelId } = await fillCatalog(api.db, 4);
  await rows(
    api.db,
    `insert into winnow.runs (collection_id, stage, state, outcome, finished_at)
     select $1, 'EXPORT', 'SUCCEEDED', jsonb_build_object('ok', 2, 'model', 1, 'modelId', $2::integer, 'exportId', 7, 'thresholdId', t.id), now()
       from winnow.thresholds t where t.model_id = $2`,
    [collectionId, modelId],
  );
  assert.deepEqual(
    await api.data(
      '{ runs(first: 1) { edges { node { outcome model { id } threshold { value } retry { codes } } } } }',
    ),
    {
      runs: {
        edges: [
          {
            node: {
              outcome: { ok: 2, model: 1 },
              model: { id: encodeId('model', modelId) },
              threshold: { value: 0.5 },
              retry: null,
            },
          },
        ],
      },
    },
  );
});

test('a failed run says why by a code that the schema knows', async (t) => {
  const api = await startApi(t);
  const { trainRunId } = await fillCatalog(api.db, 4);
  const errorOf = async (code: string | null) => {
    await rows(api.db, 'update winnow.runs set error_code = $2, error_message = $3 where id = $1', [
      trainRunId,
      code,
      code && 'Why.',
    ]);
    const query = 'query ($id: ID!) { run(id: $id) { error { code message } } }';
    return (await api.data<{ run: { error: object | null } }>(query, { id: encodeId('run', trainRunId) })).run.error;
  };
  assert.equal(await errorOf(null), null);
  assert.deepEqual(await errorOf('TOO_FEW_LABELS'), { code: 'TOO_FEW_LABELS', message: 'Why.' });
  assert.deepEqual(await errorOf('OF_ANOTHER_VERSION'), { code: 'INTERNAL', message: 'Why.' });
});

test('every list tells how many there are, and a page is given even where counting fails', async (t) => {
  const api = await startApi(t);
  const { collectionId, modelId, ingestRunId } = await fillCatalog(api.db, 20);
  const variables = {
    collection: encodeId('collection', collectionId),
    model: encodeId('model', modelId),
    run: encodeId('run', ingestRunId),
  };
  assert.deepEqual(
    await api.data(
      `query ($collection: ID!, $model: ID!, $run: ID!) {
         collections(first: 1) { totalCount } models(collection: $collection, first: 1) { totalCount }
         runs(first: 1, filter: { stages: [TRAIN, INGEST] }) { totalCount } run(id: $run) { failures(first: 1) { totalCount } }
         flips(from: { model: $model, threshold: 0.25 }, to: { model: $model }, first: 1) { totalCount counts { toNg } }
       }`,
      variables,
    ),
    {
      collections: { totalCount: 1 },
      models: { totalCount: 1 },
      runs: { totalCount: 2 },
      run: { failures: { totalCount: 8 } },
      flips: { totalCount: 5, counts: { toNg: 5 } },
    },
  );

  await rows(api.db, 'drop table winnow.score_bins cascade');
  const { data, errors } = await api.ask(
    'query ($model: ID!) { images(model: $model, first: 1) { totalCount totalCountIsExact edges { node { score } } } }',
    { model: variables.model },
  );
  assert.deepEqual(data, {
    images: { totalCount: null, totalCountIsExact: null, edges: [{ node: { score: 0.975 } }] },
  });
  assert.deepEqual(
    errors?.map(({ extensions, path }) => [extensions.code, path?.at(-1)]),
    [
      ['INTERNAL', 'totalCount'],
      ['INTERNAL', 'totalCountIsExact'],
    ],
  );
});
