import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

test('a curve in one go, and a threshold by goal with its reason or what can be reached', async (t) => {
  const api = await startApi(t);
  const { modelId } = await fillCatalog(api.db, 40);
  const model = encodeId('model', modelId);
  const curve =
    'query ($model: ID!, $points: Int) { model(id: $model) { curve(points: $points) { threshold ok ng precision recall f1 } } }';
  const found = await api.data<{ model: { curve: { threshold: number; ok: number }[] } }>(curve, { model });
  assert.equal(found.model.curve.length, 101);
  assert.deepEqual(found.model.curve[50], {
    threshold: 0.5,
    ok: 20,
    ng: 20,
    precision: null,
    recall: null,
    f1: null,
  });
  assert.deepEqual((await api.refusal(curve, { model, points: 1 })).code, 'BAD_INPUT');
  assert.deepEqual((await api.refusal(curve, { model, points: 5000 })).code, 'QUERY_TOO_LARGE');

  const suggest =
    'query ($model: ID!, $goal: ThresholdGoal!) { model(id: $model) { number suggestThreshold(goal: $goal) { threshold reached review { min max } counts { ok } reason } } }';
  const keep = await api.data<{
    model: { suggestThreshold: { threshold: number; reached: number; reason: string; counts: object } };
  }>(suggest, { model, goal: { keep: 10 } });
  const { reason, ...rest } = keep.model.suggestThreshold;
  assert.deepEqual(
    { ...rest, threshold: undefined },
    { threshold: undefined, reached: 10, review: null, counts: { ok: 10 } },
  );
  assert.match(reason, /keeps nearest to 10 images: 10/);
  const { data, errors } = await api.ask(suggest, { model, goal: { keep: 1000 } });
  assert.deepEqual(data, { model: { number: 1, suggestThreshold: null } });
  assert.deepEqual([errors?.length, errors?.[0].extensions.code], [1, 'GOAL_UNREACHABLE']);
  for (const goal of [{}, { keep: 1, review: 1 }, { keep: null }]) {
    const { status, errors: refused } = await api.ask(suggest, { model, goal });
    assert.ok(status < 500 && refused?.length, JSON.stringify(refused));
  }
  assert.equal((await api.refusal(suggest, { model, goal: { precision: 1.5 } })).code, 'BAD_INPUT');
});
