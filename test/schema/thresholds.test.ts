import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

interface Record {
  id: string;
  value: number;
  note: string | null;
  who: string;
}

test('a threshold is gone back to by adding to the history, and counts name the record they are by', async (t) => {
  const api = await startApi(t);
  const { modelId } = await fillCatalog(api.db, 20);
  const model = encodeId('model', modelId);
  const revert =
    'mutation ($model: ID!, $to: ID, $note: String) { revertThreshold(model: $model, to: $to, note: $note) { id value note who } }';
  assert.equal((await api.refusal(revert, { model })).code, 'CONFLICT');
  await api.data('mutation ($model: ID!) { setThreshold(model: $model, value: 0.8) { id } }', { model });
  const { revertThreshold } = await api.data<{ revertThreshold: Record }>(revert, { model, note: 'too strict' });
  assert.equal(revertThreshold.value, 0.5);
  assert.match(revertThreshold.note!, /^back to 0\.5 of .*: too strict$/);
  assert.ok(revertThreshold.who);
  const counts = await api.data(
    `query ($model: ID!) { model(id: $model) { counts { threshold thresholdRecord { id value } } given: counts(threshold: 0.5) { ok thresholdRecord { id } } } }`,
    { model },
  );
  assert.deepEqual(counts, {
    model: {
      counts: { threshold: 0.5, thresholdRecord: { id: revertThreshold.id, value: 0.5 } },
      given: { ok: 10, thresholdRecord: null },
    },
  });
  const { code, message } = await api.refusal(revert, { model, to: encodeId('threshold', 999) });
  assert.deepEqual([code, message], ['NOT_FOUND', 'to: the model has had no threshold with this id.']);
  assert.equal((await api.refusal(revert, { model, to: model })).code, 'BAD_INPUT');
});
