import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

import { builtInBackbone, describeBackbone, loadBackbone } from '../../../src/ml/backbones.js';
import { layersToOnnx } from '../../../src/ml/convert/layers-to-onnx.js';
import { openEngine } from '../../../src/ml/engine.js';
import { readKerasWeights } from '../../../src/ml/keras/h5.js';
import { loadTensorflow } from '../../../src/ml/tensorflow.js';
import { openInTensorflow } from '../../../src/ml/tensorflow-layers.js';
import { extend, vgg16Base } from '../../../src/ml/vgg16/network.js';
import { realSquares } from '../../support/squares.js';
import { writeVgg16Weights } from '../../support/vgg16-weights.js';
import { plainFeatures } from './plain-network.js';

const VGG16 = builtInBackbone('vgg16')!;
const SIZE = 224;
const SQUARE = SIZE * SIZE * 3;
const mean = { name: 'mean', type: 'GlobalAveragePooling2D', config: {}, inputs: ['block5_pool'] };

describe('vgg16', () => {
  let home: string;
  let full: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'winnow-vgg16-'));
    full = await writeVgg16Weights(join(home, 'full.h5'));
  });
  after(() => rm(home, { recursive: true }));

  test('agrees with plain loops on a narrow network, and with TensorFlow.js', async (t) => {
    const [size, width, n] = [64, 2, 2];
    const file = await writeVgg16Weights(join(home, 'narrow.h5'), {
      width,
      names: (layer) => [`${layer}/kernel:0`, `${layer}/bias:0`],
    });
    const weights = await readKerasWeights(file);
    const network = extend(vgg16Base(size, weights, width), [mean]);
    const pixels = Uint8Array.from({ length: n * size * size * 3 }, (_, i) => (i * i * 7919) >> 6);
    const plain = [0, 1].flatMap((i) => {
      const square = pixels.subarray((i * pixels.length) / n, ((i + 1) * pixels.length) / n);
      return [...plainFeatures(square, size, weights)];
    });

    const actual = new Float32Array(plain.length);
    const engine = await openEngine(layersToOnnx(network, { input: 'BYTES', output: 'features' }), { threads: 1 });
    await engine.run(pixels, [n, size, size, 3], actual, [n, 8 * width]);
    await engine.dispose();
    const { tf } = await loadTensorflow();
    const model = await openInTensorflow(tf, network);
    const theirs = tf.tidy(() => {
      const pictures: Tensor4D = tf.tensor4d(Float32Array.from(pixels), [n, size, size, 3]);
      return (model.predict(pictures) as Tensor).dataSync<'float32'>();
    });
    model.dispose();

    t.diagnostic(
      `off by ${off(actual, plain).toExponential(1)} from plain loops, TensorFlow.js by ${off(theirs, plain).toExponential(1)}`,
    );
    assert.ok(plain.filter((value) => value > 0).length > plain.length / 3, 'the features say something');
    assert.ok(off(actual, plain) <= 1e-5);
    assert.ok(off(theirs, plain) <= 1e-5);
  });

  test('agrees with TensorFlow.js on real pictures at full size to 1e-4', async (t) => {
    const n = 2;
    const squares = await realSquares(n);
    const backbone = await loadBackbone(VGG16, { home, vgg16Weights: full, threads: 2 });
    const actual = await backbone.embed(squares, n);
    const alone = await backbone.embed(squares.subarray(SQUARE), 1);
    await backbone.dispose();
    assert.deepEqual(alone, actual.slice(512), 'whatever is beside it');

    const { tf } = await loadTensorflow();
    const model = await openInTensorflow(tf, extend(vgg16Base(SIZE, await readKerasWeights(full)), [mean]));
    const theirs = tf.tidy(() =>
      (model.predict(tf.tensor4d(Float32Array.from(squares), [n, SIZE, SIZE, 3])) as Tensor).dataSync<'float32'>(),
    );
    model.dispose();
    t.diagnostic(`off by ${off(actual, theirs).toExponential(1)}`);
    assert.ok(off(actual, theirs) <= 1e-4);
  });

  test('has a fingerprint of its weights and its preprocessing', async () => {
    const { fingerprint, spec, dimensions } = await describeBackbone(VGG16, { home, vgg16Weights: full });
    assert.equal(dimensions, 512);
    assert.equal(spec.preprocessing, 'BGR minus 103.939, 116.779, 123.68');
    assert.match(spec.weights as string, /^[0-9a-f]{64}$/);
    const other = await writeVgg16Weights(join(home, 'other.h5'), { seed: 2 });
    const described = await describeBackbone(VGG16, { home, vgg16Weights: other });
    assert.notEqual(described.fingerprint, fingerprint);
  });

  const REFUSED: Record<string, { make: (path: string) => Promise<unknown>; says: RegExp }> = {
    'that is no HDF5': {
      make: (path) => writeFile(path, 'hello'),
      says: /must be an \.h5 file.*file signature not found/,
    },
    'that is cut short': {
      make: async (path) => {
        await writeFile(path, readFileSync(full));
        await truncate(path, 30_000_000);
      },
      says: /must be an \.h5 file.*truncated file/,
    },
    'with a layer missing': {
      make: (path) => writeVgg16Weights(path, { width: 1, without: ['block1_conv1'] }),
      says: /the kernel of block1_conv1 must have the shape \[3,3,3,64\], but is not in the file/,
    },
    'with another network': {
      make: (path) => writeVgg16Weights(path, { width: 2 }),
      says: /the kernel of block1_conv1 must have the shape \[3,3,3,64\], but has \[3,3,3,2\]/,
    },
  };
  for (const [name, { make, says }] of Object.entries(REFUSED)) {
    test(`refuses a file ${name}`, async () => {
      const path = join(home, `${name}.h5`);
      await make(path);
      const loading = loadBackbone(VGG16, { home, vgg16Weights: path, threads: 1 });
      await assert.rejects(loading, { code: 'WEIGHTS_MISSING', message: says });
    });
  }

  test('is listed without its weights being fetched', async () => {
    assert.equal(await VGG16.bytes({ home, vgg16Weights: full }), statSync(full).size);
    const message = /are downloaded at its first use, from https:.*can also be put there by hand/;
    await assert.rejects(async () => VGG16.bytes({ home }), { code: 'WEIGHTS_MISSING', message });
  });

  test('says that the file which the setting names is not there', async () => {
    const place = { home, vgg16Weights: join(home, 'nowhere.h5') };
    const message = /WINNOW_VGG16_WEIGHTS is .*nowhere\.h5, but there is no such file/;
    await assert.rejects(describeBackbone(VGG16, place), { code: 'WEIGHTS_MISSING', message });
  });
});

/** Largest difference over largest magnitude. */
function off(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]))) / largest;
}
