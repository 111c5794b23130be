import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';

import { layersToOnnx } from '../../../src/ml/convert/layers-to-onnx.js';
import type { LayersModel } from '../../../src/ml/convert/layers-model.js';
import { openEngine, type Engine } from '../../../src/ml/engine.js';
import { readKerasWeights } from '../../../src/ml/keras/h5.js';
import { createRandom } from '../../../src/ml/random.js';
import { openLayersEngine } from '../../../src/ml/tensorflow-engine.js';
import { loadTensorflow } from '../../../src/ml/tensorflow.js';
import { FINE_TUNE_OPTIONS, type TrainOptions } from '../../../src/ml/training-options.js';
import type { EpochResult } from '../../../src/ml/training.js';
import { fineTune, type FineTuned, type FrozenSet } from '../../../src/ml/vgg16/fine-tune.js';
import { vgg16Base } from '../../../src/ml/vgg16/network.js';
import { frozenPart } from '../../../src/ml/vgg16/recipe.js';
import { writeVgg16Weights } from '../../support/vgg16-weights.js';
import { temporaryDirectory } from '../support.js';

const [SIZE, WIDTH, N] = [64, 4, 40];
const SQUARE = SIZE * SIZE * 3;
const OPTIONS: TrainOptions = { ...FINE_TUNE_OPTIONS, epochs: 6, batchSize: 8, learningRate: 0.001, patience: 0 };

describe('fine-tuning', () => {
  let base: LayersModel;
  let pixels: Uint8Array;
  let set: FrozenSet;

  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'winnow-fine-tune-'));
    const file = await writeVgg16Weights(join(directory, 'narrow.h5'), { width: WIDTH });
    base = vgg16Base(SIZE, await readKerasWeights(file), WIDTH);
    await rm(directory, { recursive: true });
    const labels = Uint8Array.from({ length: N }, (_, i) => i % 2);
    pixels = striped(labels);
    set = { labels, groups: Int32Array.from(labels, (_, i) => i), read: await frozenOutputs(base, pixels) };
  });

  test('learns what its head, the last two blocks and their moments can, and leaves the rest alone', async (t) => {
    const reported: EpochResult[] = [];
    const tuned = await tune(t, base, set, OPTIONS, {
      onEpoch: (result) => Promise.resolve(void reported.push(result)),
    });
    assert.deepEqual(reported, tuned.epochs);
    const losses = tuned.epochs.map(({ loss }) => loss);
    assert.ok(losses[5] < losses[0] / 2, `the loss falls: ${losses.join(', ')}`);
    assert.ok(tuned.metrics.validationAuc === 1, `AUC ${tuned.metrics.validationAuc}`);
    for (const [name, { values }] of base.weights) {
      const learnt = /^block[45]/.test(name);
      const same = Buffer.compare(
        Buffer.from(values.buffer),
        Buffer.from(tuned.network.weights.get(name)!.values.buffer),
      );
      assert.equal(same === 0, !learnt, `${name} ${learnt ? 'learns' : 'is frozen'}`);
    }
  });

  test('what was learnt gives the same logits in training, by TensorFlow.js and by ONNX Runtime', async (t) => {
    const { network, folds, heldOutLogits } = await tune(t, base, set, { ...OPTIONS, epochs: 2 });
    const onnx = await openEngine(layersToOnnx(network, { input: 'BYTES', output: 'value' }), { threads: 1 });
    const layers = await openLayersEngine(network);
    t.after(() => Promise.all([onnx.dispose(), layers.dispose()]));
    const [byOnnx, byLayers] = await Promise.all([onnx, layers].map((engine) => logitsOf(engine, pixels)));
    for (const [i, row] of folds.heldOut.entries()) near(heldOutLogits[i], byOnnx[row]);
    byOnnx.forEach((logit, row) => near(logit, byLayers[row]));
  });

  test('the same seed gives the same weights bit for bit, another seed others; no tensor is left behind', async (t) => {
    const { tf } = await loadTensorflow();
    const options = { ...OPTIONS, epochs: 2, l2: 0.001 };
    const tensors = tf.memory().numTensors;
    const first = await tune(t, base, set, options);
    const second = await tune(t, base, set, options);
    const other = await tune(t, base, set, { ...options, seed: 2 });
    assert.deepEqual(second.network.weights, first.network.weights);
    assert.notDeepEqual(other.network.weights, first.network.weights);
    assert.equal(tf.memory().numTensors, tensors);
  });

  test('writes a checkpoint each epoch, and keeps those that may still be chosen', async (t) => {
    const directory = await temporaryDirectory(t);
    const kept: number[] = [];
    const onEpoch = async () => void kept.push((await readdir(directory)).length);
    const { chosenEpoch } = await fineTune(base, SIZE, set, OPTIONS, { directory, onEpoch });
    assert.equal(kept.length, 6);
    assert.ok(
      kept.every((count) => count <= 2),
      `${kept.join()} files`,
    );
    assert.deepEqual(await readdir(directory), [`epoch-000${chosenEpoch}.weights`]);
  });

  test('a cancel is heeded between two batches', async (t) => {
    const abort = new AbortController();
    const { tf } = await loadTensorflow();
    const tensors = tf.memory().numTensors;
    const read: FrozenSet['read'] = (rows) => {
      abort.abort();
      return set.read(rows);
    };
    const tuning = tune(t, base, { ...set, read }, OPTIONS, { signal: abort.signal });
    await assert.rejects(tuning, { code: 'CANCELLED' });
    assert.equal(tf.memory().numTensors, tensors);
  });
});

async function tune(
  t: TestContext,
  base: LayersModel,
  set: FrozenSet,
  options: TrainOptions,
  hooks: { onEpoch?: (result: EpochResult) => Promise<void>; signal?: AbortSignal } = {},
): Promise<FineTuned> {
  return fineTune(base, SIZE, set, options, { directory: await temporaryDirectory(t), ...hooks });
}

async function frozenOutputs(base: LayersModel, pixels: Uint8Array): Promise<FrozenSet['read']> {
  const engine = await openEngine(layersToOnnx(frozenPart(base), { input: 'BYTES', output: 'value' }), { threads: 1 });
  const width = (SIZE / 8) ** 2 * 4 * WIDTH;
  const outputs = new Float32Array(N * width);
  await engine.run(pixels, [N, SIZE, SIZE, 3], outputs, [N, width]);
  await engine.dispose();
  return (rows) => {
    const read = new Float32Array(rows.length * width);
    rows.forEach((row, i) => read.set(outputs.subarray(row * width, (row + 1) * width), i * width));
    return Promise.resolve(read);
  };
}

async function logitsOf(engine: Engine, pixels: Uint8Array): Promise<Float32Array> {
  const logits = new Float32Array(N);
  await engine.run(pixels, [N, SIZE, SIZE, 3], logits, [N, 1]);
  return logits;
}

/** Pictures with noise: stripes across where the label is 1, upright where it is 0. */
function striped(labels: Uint8Array): Uint8Array {
  const random = createRandom(1);
  return Uint8Array.from({ length: labels.length * SQUARE }, (_, i) => {
    const place = Math.floor((i % SQUARE) / 3);
    const along = labels[Math.floor(i / SQUARE)] === 1 ? Math.floor(place / SIZE) : place % SIZE;
    return (along % 8 < 4 ? 60 : 180) + 60 * random.next();
  });
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-4 * Math.max(1, Math.abs(expected)), `${actual} for ${expected}`);
}
