import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

test('what failed in a run is asked for again by a run of the same stage', async (t) => {
  const api = await startApi(t);
  const { ingestRunId, trainRunId } = await fillCatalog(api.db, 10);
  await api.db.query(`update winnow.runs set options = '{"paths": ["/"]}' where id = $1`, [ingestRunId]);
  const run = encodeId('run', ingestRunId);
  const retry =
    'mutation ($run: ID!, $codes: [FailureCode!]) { retryFailed(run: $run, codes: $codes) { stage state options retry { run { id } codes } collection { name } } }';
  assert.deepEqual(await api.data(retry, { run, codes: ['CORRUPT'] }), {
    retryFailed: {
      stage: 'INGEST',
      state: 'QUEUED',
      options: { paths: ['/'] },
      retry: { run: { id: run }, codes: ['CORRUPT'] },
      collection: { name: 'people' },
    },
  });
  const code = async (variables: object) => (await api.refusal(retry, { run, ...variables })).code;
  assert.equal(await code({ codes: ['TRUNCATED'] }), 'NOT_FOUND');
  assert.equal(await code({ codes: ['corrupt'] }), 'BAD_INPUT');
  assert.equal(await code({ codes: [] }), 'BAD_INPUT');
  assert.equal(await code({ run: encodeId('run', 999) }), 'NOT_FOUND');
  assert.equal(await code({ run: encodeId('run', trainRunId) }), 'BAD_INPUT');
});
