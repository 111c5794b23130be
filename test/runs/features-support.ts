import type { TestContext } from 'node:test';

import { storeFeatures } from '../../src/catalog/features.js';
import { setLabels } from '../../src/catalog/labels.js';
import { rows } from '../../src/db.js';
import { toFloat16 } from '../../src/ml/float16.js';
import { createRandom } from '../../src/ml/random.js';
import { featureOptions, featureSpecFor } from '../../src/runs/networks.js';
import { readOptions } from '../../src/runs/options.js';
import { openBenchWithWorker, type Bench } from './support.js';

const IMAGES = 400;

/** 400 images with features and without a file, a quarter of the unlabelled positive; 60 + 60 of them labelled. */
export async function collectionWithFeatures(t: TestContext): Promise<Bench> {
  const bench = await openBenchWithWorker(t);
  const { db, config, collectionId } = bench;
  const { backboneId, dimensions } = await featureSpecFor(
    { dataSource: db, config, collectionId },
    readOptions({}, featureOptions),
  );
  await rows(
    db,
    `insert into winnow.images (sha256, bytes, format, width, height, phash)
     select sha256(int4send(i)), 1000, 'JPEG', 64, 48, hashint8extended(i, 0) from generate_series(1, $1::integer) i`,
    [IMAGES],
  );
  await rows(
    db,
    'insert into winnow.collection_images (collection_id, image_id) select $1::integer, id from winnow.images',
    [collectionId],
  );
  const random = createRandom(7);
  const direction = Float32Array.from({ length: dimensions }, () => random.normal());
  const isPositive = (i: number) => (i < 120 ? i % 2 === 0 : i % 4 === 0);
  const features = Array.from({ length: IMAGES }, (_, i) => {
    const side = isPositive(i) ? 0.06 : -0.06;
    return { imageId: i + 1, vector: toFloat16(direction.map((step) => random.normal() + side * step)) };
  });
  await storeFeatures(db, backboneId, features);
  const labels = features.slice(0, 120).map(({ imageId }, i) => ({
    imageId,
    value: isPositive(i) ? ('POSITIVE' as const) : ('NEGATIVE' as const),
  }));
  await db.transaction((tx) => setLabels(tx, { collectionId, labels, origin: 'HAND', who: 'ann' }));
  return bench;
}
