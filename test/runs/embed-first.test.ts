import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { listModels } from '../../src/catalog/models.js';
import { copyInto, count, emoji, execute, openBenchWithWorker } from './support.js';

test('a model is the same whether the collection was embedded before the training or not', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder, collectionId } = bench;
  await copyInto(join(folder, 'positive'), await emoji('people', 14));
  await copyInto(join(folder, 'negative'), await emoji('food', 14));
  await copyInto(join(folder, 'rest'), await emoji('any', 70));
  await execute(bench, 'INGEST', { paths: [folder], labelsByFolder: true });

  assert.equal((await execute(bench, 'TRAIN', { epochs: 10 })).state, 'SUCCEEDED');
  const images = await count(db, 'from winnow.images');
  assert.equal(await count(db, 'from winnow.features'), images, 'those of the sample are kept for scoring');
  assert.equal((await execute(bench, 'EMBED')).skipped, images);
  assert.equal((await execute(bench, 'TRAIN', { epochs: 10 })).failed, 0);

  const [second, first] = await listModels(db, collectionId);
  assert.equal(first.calibration.kind, 'COLLECTION', String(first.calibration.reason));
  assert.ok(first.calibration.sample >= 50);
  assert.deepEqual(first.calibration, second.calibration);
  assert.equal(first.fingerprint, second.fingerprint);
});
