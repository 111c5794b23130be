import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setLabels } from '../../src/catalog/labels.js';
import { rows } from '../../src/db.js';
import { collectionOf, modelOf, score } from '../catalog/support.js';
import { freshDatabase } from '../support/database.js';
import { winnow } from './winnow.js';

test('check finds a count that is wrong, says so with its exit code, and puts it right', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 30);
  const model = await modelOf(db, collection.id);
  await score(
    db,
    model,
    imageIds,
    imageIds.map((_, i) => i / 30),
  );
  const labels = imageIds.slice(0, 3).map((imageId) => ({ imageId, value: 'NEGATIVE' as const }));
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  const check = async (...flags: string[]) => {
    const { code, stdout, stderr } = await winnow(['check', '--collection', 'shoes', '--json', ...flags], {
      DATABASE_URL: db.url,
    });
    assert.equal(stderr, '');
    const { models, wrong, repaired } = JSON.parse(stdout) as { models: number; wrong: object[]; repaired: number[] };
    return { code, models, wrong: wrong.length, repaired };
  };
  assert.deepEqual(await check(), { code: 0, models: 1, wrong: 0, repaired: [] });
  await rows(db, 'update winnow.score_bins set images = 5 where model_id = $1 and bin = 5000', [model.id]);
  assert.deepEqual(await check(), { code: 1, models: 1, wrong: 2, repaired: [] });
  const { code, stdout } = await winnow(['check', '--collection', 'shoes'], { DATABASE_URL: db.url });
  assert.equal(code, 1);
  assert.match(stdout, /v1 +bin 5000 +5 \/ 0 \/ 0 +1 \/ 0 \/ 0/);
  assert.match(stdout, /shoes: 1 models checked, 2 counts wrong\.$/m);
  assert.deepEqual(await check('--repair'), { code: 1, models: 1, wrong: 2, repaired: [1] });
  assert.deepEqual(await check(), { code: 0, models: 1, wrong: 0, repaired: [] });
});
