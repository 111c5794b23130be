import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import type { io, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';

import { readFeatures } from '../../src/catalog/features.js';
import { modelByNumber } from '../../src/catalog/models.js';
import { rows } from '../../src/db.js';
import { DEFAULT_LETTERBOX, decodeSquare } from '../../src/images/letterbox.js';
import { squarePath } from '../../src/images/storage.js';
import { fromFloat16 } from '../../src/ml/float16.js';
import { readLayersModel } from '../../src/ml/convert/layers-model.js';
import { loadTensorflow } from '../../src/ml/tensorflow.js';
import { openLayersEngine } from '../../src/ml/tensorflow-engine.js';
import { exportLayers, exportOnnx } from '../../src/runs/export-model.js';
import { startWorker } from '../../src/runs/start-worker.js';
import { writeVgg16Weights } from '../support/vgg16-weights.js';
import { copyInto, emoji, execute, openBench, type Bench } from './support.js';

const EACH = 12;
const N = 2 * EACH;
const { size: SIZE } = DEFAULT_LETTERBOX;

test('a model leaves as one .onnx file and as a TensorFlow.js layers model, with the scores of the catalog', async (t) => {
  const bench = await openBench(t);
  const vgg16Weights = await writeVgg16Weights(join(bench.folder, 'vgg16.h5'));
  const config = { ...bench.config, vgg16Weights };
  const worker = await startWorker(bench.db, config);
  t.after(() => worker.stop());
  const [positive, negative] = [join(bench.folder, 'people'), join(bench.folder, 'food')];
  await copyInto(positive, await emoji('people', EACH));
  await copyInto(negative, await emoji('food', EACH));
  await execute(bench, 'INGEST', { positive: [positive], negative: [negative] });

  for (const [backbone, head] of [
    ['mobilenet-v3', 'MLP'],
    ['vgg16', 'LINEAR'],
  ]) {
    await execute(bench, 'TRAIN', { backbone, head, epochs: 3 });
    await execute(bench, 'CLASSIFY');
    const model = await modelByNumber(bench.db, bench.collectionId, 'latest');
    const expected = await scoresOf(bench, model.id);
    assert.ok(Math.max(...expected.scores) - Math.min(...expected.scores) > 0.05, 'the scores say something');

    const file = join(bench.folder, `${backbone}.onnx`);
    await exportOnnx(bench.db, config, model, file);
    await assert.rejects(exportOnnx(bench.db, config, model, file), {
      code: 'CONFLICT',
      message: `${file} exists already.`,
    });
    const pixels = await squaresOf({ ...bench, config });
    const session = await InferenceSession.create(file);
    const { score } = await session.run({ pixels: new Tensor('uint8', pixels, [N, SIZE, SIZE, 3]) });
    await session.release();
    assertNear(score.data as Float32Array, expected.scores, 1e-5);

    const folder = join(bench.folder, backbone);
    const { input, files } = await exportLayers(bench.db, config, model, folder);
    assert.deepEqual(files, [join(folder, 'model.json'), join(folder, 'weights.bin')]);
    await assert.rejects(exportLayers(bench.db, config, model, folder), { code: 'CONFLICT' });
    assert.equal(input, backbone === 'vgg16' ? 'pixels' : 'features');
    const [json, weights] = await Promise.all(files.map((name) => readFile(name)));
    const engine = await openLayersEngine(readLayersModel({ json, weights }));
    const scores = new Float32Array(N);
    if (input === 'features') {
      const { imageIds } = expected;
      const { vectors } = await readFeatures(bench.db, { backboneId: model.backboneId, imageIds });
      const dimensions = vectors[0].length / 2;
      const features = new Float32Array(N * dimensions);
      vectors.forEach((vector, i) => fromFloat16(vector, features, i * dimensions));
      await engine.run(features, [N, dimensions], scores, [N, 1]);
      assertNear(scores, expected.scores, 1e-5);
      assertNear(await byPlainTensorflow(folder, features), expected.scores, 1e-5);
    } else {
      const few = 3; // A second each.
      const some = scores.subarray(0, few);
      await engine.run(pixels.subarray(0, few * SIZE * SIZE * 3), [few, SIZE, SIZE, 3], some, [few, 1]);
      // Here nothing is rounded to 16 bits.
      assertNear(some, expected.scores.slice(0, few), 2e-3);
    }
    await engine.dispose();
  }
});

/** What docs/models.md tells others to do, who have TensorFlow.js and nothing of Winnow. */
async function byPlainTensorflow(folder: string, features: Float32Array): Promise<Float32Array> {
  const { tf } = await loadTensorflow();
  const { modelTopology, weightsManifest } = JSON.parse(
    await readFile(join(folder, 'model.json'), 'utf8'),
  ) as io.ModelJSON;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = new Uint8Array(await readFile(join(folder, 'weights.bin'))).buffer;
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const scores = model.predict(tf.tensor2d(features, [N, features.length / N])) as TfTensor;
  return (await scores.data()) as Float32Array;
}

async function scoresOf({ db }: Bench, modelId: number): Promise<{ imageIds: number[]; scores: number[] }> {
  const found = await rows<{ id: number; score: number }>(
    db,
    'select image_id as id, score from winnow.scores where model_id = $1 order by image_id',
    [modelId],
  );
  assert.equal(found.length, N);
  return { imageIds: found.map(({ id }) => id), scores: found.map(({ score }) => score) };
}

/** The squares of all images, in the order of their ids. */
async function squaresOf({ db, config }: Bench): Promise<Uint8Array> {
  const images = await rows<{ sha256: string }>(
    db,
    `select encode(sha256, 'hex') as sha256 from winnow.images order by id`,
  );
  const pixels = new Uint8Array(N * SIZE * SIZE * 3);
  for (const [i, { sha256 }] of images.entries()) {
    const jpeg = await readFile(squarePath(config.home, DEFAULT_LETTERBOX, sha256));
    pixels.set(await decodeSquare(jpeg, SIZE), i * SIZE * SIZE * 3);
  }
  return pixels;
}

function assertNear(actual: Float32Array, expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - actual[i])));
  assert.ok(worst <= tolerance, `off by ${worst}`);
}
