import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { modelByNumber } from '../../src/catalog/models.js';
import { rows } from '../../src/db.js';
import { copyInto, count, emoji, execute, openBenchWithWorker } from './support.js';

const EACH = 15;

test('a model that learnt from flipped pictures says what they did, and a second training computes nothing', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, config, folder, collectionId } = bench;
  const pictures = join(folder, 'pictures');
  await copyInto(join(pictures, 'positive'), await emoji('people', EACH));
  await copyInto(join(pictures, 'negative'), await emoji('food', EACH));
  await copyInto(join(pictures, 'others'), await emoji('any', EACH));
  await execute(bench, 'INGEST', { paths: [pictures], labelsByFolder: true });
  await execute(bench, 'EMBED');
  const all = await count(db, 'from winnow.images');

  await execute(bench, 'TRAIN', { epochs: 5 });
  const plain = await modelByNumber(db, collectionId, 1);
  assert.equal(plain.options.augmentation, 'NONE');
  assert.ok(!('aucGained' in plain.metrics));
  assert.equal(await count(db, 'from winnow.features'), all);

  await execute(bench, 'TRAIN', { epochs: 5, augmentation: 'FLIP' });
  const flipped = await modelByNumber(db, collectionId, 2);
  const { validationAuc, unaugmentedValidationAuc, aucGained } = flipped.metrics;
  assert.equal(flipped.options.augmentation, 'FLIP');
  assert.equal(unaugmentedValidationAuc, plain.metrics.validationAuc);
  assert.equal(aucGained, validationAuc! - unaugmentedValidationAuc!);
  assert.notEqual(flipped.fingerprint, plain.fingerprint);
  // Only labelled pictures are flipped, and the two kinds of features stand apart.
  assert.equal(flipped.backboneId, plain.backboneId);
  assert.equal(await count(db, 'from winnow.features where backbone_id = $1', [plain.backboneId]), all);
  assert.equal(await count(db, 'from winnow.features'), all + 2 * EACH);
  const [{ same }] = await rows<{ same: number }>(
    db,
    `select count(*)::integer as same from winnow.features f join winnow.features m using (image_id, vector)
      where f.backbone_id <> m.backbone_id`,
  );
  assert.ok(same < EACH, `${same} flipped pictures have the features of the picture`);

  // No square, no source: everything is in the catalog.
  await rm(pictures, { recursive: true });
  await rm(join(config.home, 'squares'), { recursive: true });
  const again = await execute(bench, 'TRAIN', { epochs: 5, augmentation: 'FLIP' });
  assert.equal(again.failed, 0);
  assert.equal((await modelByNumber(db, collectionId, 3)).fingerprint, flipped.fingerprint);
  assert.equal((await execute(bench, 'CLASSIFY')).done, all);
});

test('a picture that is gone is learnt from as it is, and its mirror is a failure', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, config, folder, collectionId } = bench;
  const pictures = join(folder, 'pictures');
  const [gone] = await copyInto(join(pictures, 'positive'), await emoji('people', EACH));
  await copyInto(join(pictures, 'negative'), await emoji('food', EACH));
  await execute(bench, 'INGEST', { paths: [pictures], labelsByFolder: true });
  await execute(bench, 'EMBED');
  await rm(gone);
  await rm(join(config.home, 'squares'), { recursive: true });
  const run = await execute(bench, 'TRAIN', { epochs: 5, augmentation: 'FLIP' });
  assert.deepEqual([run.state, run.failed], ['SUCCEEDED', 1]);
  const { positives, negatives } = await modelByNumber(db, collectionId, 1);
  assert.deepEqual([positives, negatives], [EACH, EACH]);
});
