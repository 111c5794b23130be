import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { modelByNumber } from '../../src/catalog/models.js';
import { findQuantisation } from '../../src/catalog/quantisations.js';
import { addBackbone } from '../../src/runs/add-backbone.js';
import { lostAuc } from '../../src/runs/quantisation-loss.js';
import { SIZE, smallNetwork } from '../support/networks.js';
import { copyInto, count, emoji, execute, openBenchWithWorker } from './support.js';

test('a model in INT8 is quantised on the collection, says what it lost, and scores with integers', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, config, folder, collectionId } = bench;
  const onnx = join(folder, 'small.onnx');
  await writeFile(onnx, smallNetwork());
  await addBackbone(db, config, { name: 'small', size: SIZE, output: 'maps', onnx }, 'ada');
  const each = 20;
  await copyInto(join(folder, 'pictures', 'positive'), await emoji('people', each));
  await copyInto(join(folder, 'pictures', 'negative'), await emoji('food', each));
  await execute(bench, 'INGEST', { paths: [join(folder, 'pictures')], labelsByFolder: true });

  const options = { backbone: 'small', precision: 'INT8', epochs: 5 };
  const embedded = await execute(bench, 'EMBED', { backbone: 'small', precision: 'INT8' });
  assert.equal(embedded.done, 2 * each);
  await execute(bench, 'TRAIN', { ...options, maxAucLoss: 1 });
  const model = await modelByNumber(db, collectionId, 'latest');
  assert.ok(model.metrics.fp32ValidationAuc! > 0.4);
  assert.ok(
    Math.abs(model.metrics.aucLost! - (model.metrics.fp32ValidationAuc! - model.metrics.validationAuc!)) < 1e-12,
  );
  assert.ok(model.metrics.scoreAgreement! >= 0.8);
  assert.ok(model.metrics.meanScoreDifference! < 0.1);

  const quantisation = await findQuantisation(db, { backboneId: model.backboneId });
  assert.equal(quantisation?.report.images, 2 * each);
  assert.equal((await execute(bench, 'CLASSIFY')).done, 2 * each);
  // Those of the labels in FP32, to compare, and all in INT8: nothing else.
  assert.equal(await count(db, 'from winnow.features where backbone_id = $1', [model.backboneId]), 2 * each);
  assert.equal(await count(db, 'from winnow.features where backbone_id = $1', [quantisation.ofId]), 2 * each);
  assert.equal(await count(db, 'from winnow.quantisations', []), 1);

  await execute(bench, 'TRAIN', { ...options, maxAucLoss: 1, augmentation: 'FLIP' });
  const { metrics } = await modelByNumber(db, collectionId, 'latest');
  assert.ok(Number.isFinite(metrics.aucLost) && Number.isFinite(metrics.aucGained), JSON.stringify(metrics));
  assert.equal(await count(db, 'from winnow.features', []), 8 * each);
});

test('what is lost beyond the permitted is refused', () => {
  assert.ok(Math.abs(lostAuc(0.94, 0.95, 0.02)! - 0.01) < 1e-9);
  assert.ok(lostAuc(0.96, 0.95, 0)! < 0);
  assert.equal(lostAuc(null, 0.95, 0.02), null);
  const message = /In INT8 the AUC on validation labels is 0\.9000, in FP32 0\.9500: more than 0\.02 is lost/;
  assert.throws(() => lostAuc(0.9, 0.95, 0.02), { code: 'PRECISION_LOST', message });
});
