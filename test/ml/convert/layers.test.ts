import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import type { Tensor, io } from '@tensorflow/tfjs-core';
import type { LayersModel as TfModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

import { layersToOnnx } from '../../../src/ml/convert/layers-to-onnx.js';
import { readLayersModel, writeLayersModel } from '../../../src/ml/convert/layers-model.js';
import { openEngine } from '../../../src/ml/engine.js';
import { createRandom, type Random } from '../../../src/ml/random.js';
import { loadTensorflow, type TensorFlow } from '../../../src/ml/tensorflow.js';

/** Largest difference over largest magnitude. Both add up in float32, in another order: 1e-4 is what is promised. */
const TOLERANCE = 1e-5;
const ROUNDS = 12;

// Plain JavaScript, not wasm (4.22): that gives wrong numbers, or crashes, for depth multipliers and some strides.
before(async () => {
  const { tf } = await loadTensorflow();
  await tf.setBackend('cpu');
});

type Build = (tf: TensorFlow, x: SymbolicTensor, random: Random) => SymbolicTensor;

const pick = <T>(random: Random, ...choices: T[]): T => choices[Math.floor(random.next() * choices.length)];
const upTo = (random: Random, most: number) => 1 + Math.floor(random.next() * most);
const one = (output: SymbolicTensor | SymbolicTensor[]) => output as SymbolicTensor;
const on = (layer: { apply(x: SymbolicTensor | SymbolicTensor[]): unknown }, x: SymbolicTensor | SymbolicTensor[]) =>
  one(layer.apply(x) as SymbolicTensor);

/** Stride and dilation are never both above 1: TensorFlow.js has no such convolution. */
function sliding(random: Random) {
  const strides = pick<number | [number, number]>(random, 1, 1, 2, [2, 1], 3);
  return {
    kernelSize: [upTo(random, 5), upTo(random, 4)] as [number, number],
    strides,
    padding: pick(random, 'same' as const, 'valid' as const),
    dilationRate: strides === 1 ? pick<number>(random, 1, 2) : 1,
    useBias: random.next() < 0.7,
    activation: pick(random, 'linear' as const, 'relu' as const, 'relu6' as const, 'sigmoid' as const),
  };
}

const depthwise = (random: Random) => ({
  depthMultiplier: upTo(random, 3),
  ...sliding(random),
  dilationRate: 1 as const,
});

function pooled(random: Random) {
  return {
    poolSize: [upTo(random, 3), upTo(random, 3)] as [number, number],
    strides: pick(random, undefined, [1, 1] as [number, number], [2, 3] as [number, number]),
    padding: pick(random, 'same' as const, 'valid' as const),
  };
}

const hardSwish: Build = (tf, x) => {
  const shifted = on(tf.layers.rescaling({ scale: 1, offset: 3 }), x);
  const gate = on(tf.layers.rescaling({ scale: 1 / 6, offset: 0 }), on(tf.layers.reLU({ maxValue: 6 }), shifted));
  return on(tf.layers.multiply({}), [x, gate]);
};

/** Each is built on planes of a random size. */
const LAYERS: Record<string, Build> = {
  Conv2D: (tf, x, random) => on(tf.layers.conv2d({ filters: upTo(random, 7), ...sliding(random) }), x),
  DepthwiseConv2D: (tf, x, random) => on(tf.layers.depthwiseConv2d({ ...depthwise(random) }), x),
  'Conv2D, BatchNormalization': (tf, x, random) =>
    on(
      tf.layers.batchNormalization({ scale: random.next() < 0.7, center: random.next() < 0.7 }),
      on(tf.layers.conv2d({ filters: upTo(random, 7), ...sliding(random), activation: 'linear' }), x),
    ),
  'DepthwiseConv2D, BatchNormalization': (tf, x, random) =>
    on(
      tf.layers.batchNormalization({ epsilon: 1e-5 }),
      on(tf.layers.depthwiseConv2d({ ...depthwise(random), activation: 'linear' }), x),
    ),
  'BatchNormalization that cannot be folded': (tf, x, random) => {
    const convolved = on(tf.layers.conv2d({ filters: 4, ...sliding(random) }), x);
    const normal = on(tf.layers.batchNormalization({}), convolved);
    return on(tf.layers.add(), [normal, on(tf.layers.batchNormalization({}), convolved)]);
  },
  ReLU: (tf, x) => on(tf.layers.reLU({}), x),
  'ReLU, at most 6': (tf, x) => on(tf.layers.reLU({ maxValue: 6 }), x),
  'hard-swish': hardSwish,
  Sigmoid: (tf, x) => on(tf.layers.activation({ activation: 'sigmoid' }), x),
  MaxPooling2D: (tf, x, random) => on(tf.layers.maxPooling2d(pooled(random)), x),
  AveragePooling2D: (tf, x, random) => on(tf.layers.averagePooling2d(pooled(random)), x),
  GlobalAveragePooling2D: (tf, x) => on(tf.layers.globalAveragePooling2d({}), x),
  ZeroPadding2D: (tf, x, random) =>
    on(
      tf.layers.zeroPadding2d({
        padding: [
          [upTo(random, 3), upTo(random, 2)],
          [0, upTo(random, 3)],
        ],
      }),
      x,
    ),
  Add: (tf, x, random) => {
    const other = on(tf.layers.conv2d({ filters: x.shape[3]!, kernelSize: 3, padding: 'same' }), x);
    return on(tf.layers.add(), random.next() < 0.5 ? [x, other] : [x, other, x]);
  },
  'Concatenate, channels': (tf, x) => on(tf.layers.concatenate({}), [x, on(tf.layers.reLU({}), x)]),
  'Concatenate, space': (tf, x, random) =>
    on(tf.layers.concatenate({ axis: pick(random, 1, 2) }), [x, on(tf.layers.reLU({}), x)]),
  'Flatten, Dense': (tf, x, random) =>
    on(
      tf.layers.dense({
        units: upTo(random, 9),
        useBias: random.next() < 0.7,
        activation: pick(random, 'relu', 'linear'),
      }),
      on(tf.layers.flatten(), x),
    ),
  'Flatten, Dense, BatchNormalization': (tf, x) =>
    on(tf.layers.batchNormalization({}), on(tf.layers.dense({ units: 5 }), on(tf.layers.flatten(), x))),
  'Dense at every place': (tf, x, random) => on(tf.layers.dense({ units: upTo(random, 9), activation: 'relu' }), x),
  Dropout: (tf, x) => on(tf.layers.dropout({ rate: 0.5 }), x),
  'the seed’s head': (tf, x) => {
    const hidden = on(tf.layers.dense({ units: 16, activation: 'relu' }), on(tf.layers.batchNormalization({}), x));
    return on(tf.layers.dense({ units: 1 }), on(tf.layers.flatten(), hidden));
  },
};

for (const [name, build] of Object.entries(LAYERS)) {
  test(`ONNX Runtime agrees with TensorFlow.js: ${name}`, async (t) => {
    const { tf } = await loadTensorflow();
    let worst = 0;
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const random = createRandom(seed);
      const shape = [8 + upTo(random, 9), 8 + upTo(random, 9), upTo(random, 5)];
      const input = tf.input({ shape });
      const model = tf.model({ inputs: input, outputs: build(tf, input, random) });
      randomise(tf, model, random);
      const off = await difference(tf, model, shape, random);
      assert.ok(off <= TOLERANCE, `off by ${off} with seed ${seed}`);
      worst = Math.max(worst, off);
      model.dispose();
    }
    t.diagnostic(`off by ${worst.toExponential(1)} at most, ${ROUNDS} random shapes`);
  });
}

test('a sequential model is read too, and what is written again is the same model', async () => {
  const { tf } = await loadTensorflow();
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [9, 9, 3], filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
      tf.layers.batchNormalization(),
      tf.layers.activation({ activation: 'relu6' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3 }),
    ],
  });
  randomise(tf, model, createRandom(5));
  const read = readLayersModel(await filesOf(model));
  const { json, weights } = writeLayersModel(read);
  assert.deepEqual(readLayersModel({ json, weights }).weights, read.weights);

  const { modelTopology, weightsManifest } = JSON.parse(json.toString()) as io.ModelJSON;
  const again = await tf.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology,
        weightSpecs: weightsManifest[0].weights,
        weightData: Uint8Array.from(weights).buffer,
      }),
  });
  const x = tf.randomNormal([2, 9, 9, 3], 0, 1, 'float32', 8);
  const [before, after] = [model, again].map((some) => [...(some.predict(x) as Tensor).dataSync()]);
  assert.deepEqual(after, before);
  assert.ok((await difference(tf, model, [9, 9, 3], createRandom(6))) <= TOLERANCE);
});

test('bytes of pictures go in where the input says so', async () => {
  const { tf } = await loadTensorflow();
  const input = tf.input({ shape: [8, 8, 3] });
  const model = tf.model({ inputs: input, outputs: on(tf.layers.conv2d({ filters: 2, kernelSize: 3 }), input) });
  const bytes = Uint8Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (i * i * 31) >> 3);
  const expected = (model.predict(tf.tensor4d(Float32Array.from(bytes), [2, 8, 8, 3])) as Tensor).dataSync();
  const onnx = layersToOnnx(readLayersModel(await filesOf(model)), { input: 'BYTES', output: 'y' });
  const engine = await openEngine(onnx, { threads: 1 });
  const actual = new Float32Array(expected.length);
  await engine.run(bytes, [2, 8, 8, 3], actual, [2, 6, 6, 2]);
  await engine.dispose();
  const largest = Math.max(...expected.map(Math.abs));
  assert.ok(Math.max(...expected.map((value, i) => Math.abs(value - actual[i]))) <= TOLERANCE * largest);
});

const REFUSED: Record<string, { build: Build; says: RegExp }> = {
  'a layer that is not known': {
    build: (tf, x) => on(tf.layers.softmax(), x),
    says: /Softmax \(.*\) cannot be converted/,
  },
  'another activation': { build: (tf, x) => on(tf.layers.activation({ activation: 'elu' }), x), says: /uses "elu"/ },
  'a dilated depthwise convolution': {
    build: (tf, x) => on(tf.layers.depthwiseConv2d({ kernelSize: 3, dilationRate: 2 }), x),
    says: /must have no dilation/,
  },
  'channels first': {
    build: (tf, x) => on(tf.layers.maxPooling2d({ poolSize: 2, dataFormat: 'channelsFirst' }), x),
    says: /channels_last/,
  },
  'a shared layer': {
    build: (tf, x) => {
      const shared = tf.layers.conv2d({ filters: 4, kernelSize: 1 });
      return on(shared, on(shared, x));
    },
    says: /used 2 times/,
  },
};

for (const [name, { build, says }] of Object.entries(REFUSED)) {
  test(`the writer refuses ${name}`, async () => {
    const { tf } = await loadTensorflow();
    const input = tf.input({ shape: [8, 8, 4] });
    const model = tf.model({ inputs: input, outputs: build(tf, input, createRandom(1)) });
    const files = await filesOf(model);
    assert.throws(() => layersToOnnx(readLayersModel(files), { input: 'FLOATS', output: 'y' }), {
      code: 'BAD_INPUT',
      message: says,
    });
  });
}

/** Random weights; variances are positive. */
function randomise(tf: TensorFlow, model: TfModel, random: Random): void {
  for (const weight of model.weights) {
    const shape = weight.shape as number[];
    const length = shape.reduce((product, size) => product * size, 1);
    const positive = weight.name.includes('variance');
    const values = Float32Array.from({ length }, () => (positive ? 0.2 + random.next() : random.normal() / 2));
    weight.write(tf.tensor(values, shape));
  }
}

async function difference(tf: TensorFlow, model: TfModel, shape: number[], random: Random): Promise<number> {
  const n = 2;
  const values = new Float32Array(n * shape.reduce((product, size) => product * size, 1)).map(
    () => 2 * random.normal(),
  );
  const x = tf.tensor(values, [n, ...shape]);
  const y = model.predict(x) as Tensor;
  const expected = y.dataSync<'float32'>();
  const engine = await openEngine(
    layersToOnnx(readLayersModel(await filesOf(model)), { input: 'FLOATS', output: 'y' }),
    {
      threads: 1,
    },
  );
  const actual = new Float32Array(expected.length);
  await engine.run(values, [n, ...shape], actual, y.shape);
  await engine.dispose();
  tf.dispose([x, y]);
  const largest = Math.max(...expected.map(Math.abs));
  assert.ok(largest > 1e-3, 'the output says something');
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]))) / largest;
}

/** The files that TensorFlow.js writes of a model. */
async function filesOf(model: TfModel): Promise<{ json: Buffer; weights: Buffer }> {
  let saved: io.ModelArtifacts | undefined;
  await model.save({
    save: (artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } });
    },
  });
  const { modelTopology, weightSpecs, weightData } = saved!;
  const json = { modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  return { json: Buffer.from(JSON.stringify(json)), weights: Buffer.from(weightData as ArrayBuffer) };
}
