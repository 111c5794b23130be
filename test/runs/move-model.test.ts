import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { deleteModel, promoteModel } from '../../src/catalog/model-registry.js';
import { currentModelsOf } from '../../src/catalog/models.js';
import { modelByNumber } from '../../src/catalog/models.js';
import { scorePartition } from '../../src/catalog/scores.js';
import { setThreshold, thresholdInForce } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import { packModel, unpackModel } from '../../src/ml/model-zip.js';
import { modelFiles } from '../../src/runs/move-model.js';
import { collectionWithFeatures } from './features-support.js';
import { count, execute, request } from './support.js';

test('a model that is exported and imported elsewhere gives the same scores, bit for bit', async (t) => {
  const [here, there] = [await collectionWithFeatures(t), await collectionWithFeatures(t)];
  await execute(here, 'TRAIN', {});
  await execute(here, 'CLASSIFY', {});
  const model = await modelByNumber(here.db, here.collectionId, 1);
  await setThreshold(here.db, { modelId: model.id, value: 0.65, who: 'ann' });
  const path = join(here.folder, 'v1.zip');
  const files = modelFiles(here.db, here.config);
  assert.equal(await files.export(model, path), (await stat(path)).size);
  await assert.rejects(files.export(model, path), { code: 'CONFLICT' });

  const importing = modelFiles(there.db, there.config);
  const request = { collection: there.collectionId, path, who: 'bea' };
  const imported = await importing.import(request);
  assert.equal(imported.fingerprint, model.fingerprint);
  assert.deepEqual([imported.positives, imported.negatives, imported.metrics], [60, 60, model.metrics]);
  const { value, note } = await thresholdInForce(there.db, imported.id);
  assert.deepEqual([value, note], [0.65, 'imported with v1 of pictures, where ann had it']);
  await execute(there, 'CLASSIFY', {});
  const scores = (db: typeof here.db, modelId: number) =>
    rows(
      db,
      `select i.sha256, s.logit, s.score from winnow.scores s join winnow.images i on i.id = s.image_id
        where s.model_id = $1 order by i.sha256`,
      [modelId],
    );
  const expected = await scores(here.db, model.id);
  assert.equal(expected.length, 400);
  assert.deepEqual(await scores(there.db, imported.id), expected);
  const held = 'from winnow.model_labels where held_out_score is not null';
  assert.equal(await count(there.db, held), await count(here.db, held));

  // What was tampered with is refused, and leaves nothing behind.
  const unpacked = unpackModel(await readFile(path));
  for (const name of Object.keys(unpacked)) {
    const bytes = Buffer.from(unpacked[name]);
    bytes[0] ^= 1;
    const broken = join(here.folder, 'broken.zip');
    await writeFile(broken, packModel({ ...unpacked, [name]: bytes }));
    await assert.rejects(importing.import({ ...request, path: broken }), { code: /^(BAD_INPUT|MODEL_DAMAGED)$/ }, name);
  }
  await assert.rejects(importing.import({ ...request, path: join(here.folder, 'none.zip') }), { code: 'BAD_INPUT' });
  assert.equal(await count(there.db, 'from winnow.models'), 1);
});

test('a promoted model stays in force and cannot be deleted; a deleted one takes its scores along, not its number', async (t) => {
  const bench = await collectionWithFeatures(t);
  const { db, collectionId } = bench;
  for (const seed of [1, 2]) await execute(bench, 'TRAIN', { seed, epochs: 5 });
  await execute(bench, 'CLASSIFY', {});
  const [first, second] = [await modelByNumber(db, collectionId, 1), await modelByNumber(db, collectionId, 2)];
  const current = async () => (await currentModelsOf(db, [collectionId, 99])).map((model) => model?.number ?? null);
  assert.deepEqual(await current(), [2, null]);
  await promoteModel(db, first.id);
  assert.deepEqual(await current(), [1, null]);
  assert.equal((await modelByNumber(db, collectionId, 'current')).number, 1);
  assert.equal((await execute(bench, 'CLASSIFY', {})).outcome.model, 1);

  const remove = (id: number, number: number) => db.transaction((tx) => deleteModel(tx, id, number));
  await assert.rejects(remove(first.id, 1), { code: 'CONFLICT', message: /v1 is promoted/ });
  await assert.rejects(remove(second.id, 1), { code: 'CONFLICT', message: /is v2, but v1 was to be deleted/ });
  assert.notEqual(await scorePartition(db, second.id), null);
  await remove(second.id, 2);
  assert.equal(await scorePartition(db, second.id), null);
  for (const table of ['scores', 'score_bins', 'thresholds', 'model_labels']) {
    assert.equal(await count(db, `from winnow.${table} where model_id = $1`, [second.id]), 0, table);
  }
  assert.equal(await count(db, 'from winnow.labels'), 120);
  await assert.rejects(remove(second.id, 2), { code: 'NOT_FOUND' });

  const train = await request(bench, 'TRAIN', { epochs: 5 });
  const scored = await execute(bench, 'CLASSIFY', { trainRun: train.id }); // asked for before there is such a model
  assert.equal((await modelByNumber(db, collectionId, 'latest')).number, 3);
  assert.equal(scored.outcome.model, 3);
  assert.deepEqual(await current(), [1, null]);
  assert.equal((await execute(bench, 'CLASSIFY', { trainRun: scored.id })).errorCode, 'NOT_FOUND');
  await assert.rejects(request(bench, 'CLASSIFY', { trainRun: train.id, model: 3 }), { code: 'BAD_INPUT' });
});
