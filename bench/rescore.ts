import { join } from 'node:path';

import { ensureCollection } from '../src/catalog/collections.js';
import { readFeatures, storeFeatures } from '../src/catalog/features.js';
import { setLabels } from '../src/catalog/labels.js';
import { findModel } from '../src/catalog/models.js';
import { rows } from '../src/db.js';
import { fromFloat16, toFloat16 } from '../src/ml/float16.js';
import { loadModel } from '../src/ml/model-files.js';
import { createRandom } from '../src/ml/random.js';
import { featureOptions, featureSpecFor, type FeatureSpec } from '../src/runs/networks.js';
import { readOptions } from '../src/runs/options.js';
import { startWorker } from '../src/runs/start-worker.js';
import { median, report, type Report } from './report.js';
import { COLLECTION, execute, secondsOf, withScratch, type Scratch } from './scratch.js';

const IMAGES = 75_000;
const LABELS = 400;
const ROUNDS = 3;
const BATCH = 1_000;
const BLOCK = 2_048;

/**
 * A new model over 75,000 images whose features are in the catalog: trained, and every image scored anew, its row written.
 * There are no pictures behind them, so none can be opened.
 */
export async function rescore({ most = IMAGES }: { most?: number }): Promise<Report> {
  return withScratch(async (scratch) => {
    const { dataSource, config } = scratch;
    const { id: collectionId } = await ensureCollection(dataSource, COLLECTION);
    const features = await featureSpecFor({ dataSource, config, collectionId }, readOptions({}, featureOptions));
    await fill(scratch, features, most);
    const worker = await startWorker(dataSource, config);
    try {
      const rounds = { retrain: [] as number[], train: [] as number[], write: [] as number[], score: [] as number[] };
      for (let round = 1; round <= ROUNDS; round++) {
        const begun = performance.now();
        const train = await execute(scratch, 'TRAIN', { seed: round });
        const classify = await execute(scratch, 'CLASSIFY', {});
        if (classify.done !== most) throw new Error(`${classify.done} of ${most} images were scored`);
        rounds.retrain.push((performance.now() - begun) / 1000);
        rounds.train.push(secondsOf(train));
        rounds.write.push(most / secondsOf(classify));
        rounds.score.push(await scoreOnly(scratch, features, (train.outcome as { modelId: number }).modelId, most));
        console.log(
          `round ${round}: retrained in ${rounds.retrain.at(-1)?.toFixed(1)} s, ${rounds.train.at(-1)?.toFixed(1)} s of it training`,
        );
      }
      return report('rescore', {
        retrainSeconds: { value: median(rounds.retrain), unit: `s for ${most} images`, most: 10 },
        trainSeconds: { value: median(rounds.train), unit: `s for ${LABELS} labels` },
        scoreOnly: { value: median(rounds.score), unit: 'images/s', least: 50_000 },
        scoreAndWrite: { value: median(rounds.write), unit: 'rows/s', least: 15_000 },
      });
    } finally {
      await worker.stop();
    }
  });
}

/** Stored vectors, in memory, to scores. */
async function scoreOnly(
  { dataSource, config }: Scratch,
  { backboneId, dimensions, fingerprint }: FeatureSpec,
  modelId: number,
  images: number,
): Promise<number> {
  const { directory } = await findModel(dataSource, modelId);
  const scorer = await loadModel(join(config.home, directory), {
    threads: config.threads,
    expectBackbone: fingerprint,
  });
  const imageIds = Array.from({ length: Math.min(images, 10 * BLOCK) }, (_, i) => i + 1);
  const { vectors } = await readFeatures(dataSource, { backboneId, imageIds });
  const block = new Float32Array(BLOCK * dimensions);
  const begun = performance.now();
  for (let from = 0; from < vectors.length; from += BLOCK) {
    const part = vectors.slice(from, from + BLOCK);
    part.forEach((vector, i) => fromFloat16(vector, block, i * dimensions));
    await scorer.score(block.subarray(0, part.length * dimensions), part.length);
  }
  const seconds = (performance.now() - begun) / 1000;
  await scorer.dispose();
  return vectors.length / seconds;
}

/** Images without a file, with features that a head can learn from: every tenth is a positive. */
async function fill({ dataSource }: Scratch, features: FeatureSpec, images: number): Promise<void> {
  const { id: collectionId } = await ensureCollection(dataSource, COLLECTION);
  await rows(
    dataSource,
    `insert into winnow.images (sha256, bytes, format, width, height, phash)
     select sha256(int4send(i)), 100000, 'JPEG', 640, 480, hashint8extended(i, 0) from generate_series(1, $1::integer) i`,
    [images],
  );
  await rows(
    dataSource,
    'insert into winnow.collection_images (collection_id, image_id) select $1::integer, id from winnow.images',
    [collectionId],
  );
  const { backboneId, dimensions } = features;
  const random = createRandom(5);
  const noise = Float32Array.from({ length: 1 << 16 }, () => random.normal());
  const direction = Float32Array.from({ length: dimensions }, () => random.normal());
  const vector = new Float32Array(dimensions);
  for (let first = 1; first <= images; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, images + 1 - first) }, (_, i) => {
      const imageId = first + i;
      const start = Math.floor(random.next() * (noise.length - dimensions));
      const side = imageId % 10 === 0 ? 0.06 : -0.06;
      for (let d = 0; d < dimensions; d++) vector[d] = noise[start + d] + side * direction[d];
      return { imageId, vector: toFloat16(vector) };
    });
    await storeFeatures(dataSource, backboneId, batch);
  }
  const labels = Array.from({ length: LABELS }, (_, i) => ({
    imageId: i % 2 === 0 ? 10 * (i + 1) : 10 * (i + 1) + 1,
    value: i % 2 === 0 ? ('POSITIVE' as const) : ('NEGATIVE' as const),
  })).filter(({ imageId }) => imageId <= images);
  await dataSource.transaction((tx) => setLabels(tx, { collectionId, labels, origin: 'HAND', who: 'bench' }));
  await rows(dataSource, 'analyze');
}
