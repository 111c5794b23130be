import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rows } from '../../src/db.js';
import { encodeId } from '../../src/schema/ids.js';
import { modelOf, score } from '../catalog/support.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

const COMPARE = `query ($from: FlipSide!, $to: FlipSide!) {
  compareModels(from: $from, to: $to) {
    from { ...Side }
    to { ...Side }
    flips { toOk toNg }
  }
}
fragment Side on ComparedModel {
  model { id number options { augmentation } backbone { name precision } metrics { validationAuc } }
  threshold accuracy precision recall
}`;

interface Side {
  model: { id: string; number: number; options: object; backbone: object; metrics: object };
  [name: string]: unknown;
}
interface Compared {
  compareModels: { from: Side; to: Side; flips: { toOk: number; toNg: number } };
}

test('two models side by side, each at its threshold, and the flips both ways', async (t) => {
  const api = await startApi(t);
  const n = 60;
  const { modelId, collectionId, imageIds } = await fillCatalog(api.db, n);
  const second = await modelOf(api.db, collectionId);
  await score(
    api.db,
    second,
    imageIds,
    imageIds.map((_, i) => Math.fround(((i * 7) % n) / n)),
  );
  await rows(
    api.db,
    `update winnow.models set options = options || '{"augmentation": "FLIP"}',
       metrics = '{"validationAuc": 0.9, "brier": 0.1, "calibrationError": 0.02}' where id = $1`,
    [second.id],
  );
  // Held out: 4 POSITIVE at 0.9, 0.7, 0.6 and 0.2, 4 NEGATIVE at 0.65, 0.4, 0.3 and 0.1.
  const held = [0.9, 0.7, 0.6, 0.2, 0.65, 0.4, 0.3, 0.1];
  await rows(api.db, 'delete from winnow.model_labels where model_id = $1', [second.id]);
  await rows(
    api.db,
    `insert into winnow.model_labels (model_id, image_id, value, part, held_out_logit, held_out_score)
     select $1::integer, image_id, case when at <= 4 then 'POSITIVE' else 'NEGATIVE' end, 'TRAINING', 0, score
       from unnest($2::integer[], $3::real[]) with ordinality as held (image_id, score, at)`,
    [second.id, imageIds.slice(1, 9), held],
  );
  const [one, two] = [encodeId('model', modelId), encodeId('model', second.id)];
  const compare = async (variables: object) => (await api.data<Compared>(COMPARE, variables)).compareModels;

  const { from, to, flips } = await compare({ from: { model: one }, to: { model: two, threshold: 0.62 } });
  assert.deepEqual([from.model.id, from.model.number, from.threshold], [one, 1, 0.5]);
  assert.deepEqual(to.model, {
    id: two,
    number: 2,
    options: { augmentation: 'FLIP' },
    backbone: { name: 'test', precision: 'FP32' },
    metrics: { validationAuc: 0.9 },
  });
  assert.deepEqual([to.accuracy, to.precision, to.recall], [5 / 8, 2 / 3, 2 / 4]);
  const back = await compare({ from: { model: two, threshold: 0.62 }, to: { model: one } });
  assert.deepEqual(back.flips, { toOk: flips.toNg, toNg: flips.toOk });
  assert.ok(flips.toOk > 0 && flips.toNg > flips.toOk, JSON.stringify(flips));
  assert.equal((await compare({ from: { model: two, threshold: 1 }, to: { model: two } })).from.precision, null);

  const { modelId: elsewhere } = await fillCatalog(api.db, 10, 'others');
  const refused = await api.refusal(COMPARE, {
    from: { model: one },
    to: { model: encodeId('model', elsewhere) },
  });
  assert.equal(refused.code, 'BAD_INPUT');
  assert.equal(
    (await api.refusal(COMPARE, { from: { model: one }, to: { model: encodeId('model', 99) } })).code,
    'NOT_FOUND',
  );
});
