import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { InferenceSession, Tensor } from 'onnxruntime-node';

import { examineNetwork } from '../../../src/ml/backbones/add.js';
import { addsBytesExactly } from '../../../src/ml/engine.js';
import { constant, encodeModel, node, type Model } from '../../../src/ml/onnx/model-file.js';
import { quantiseBackbone } from '../../../src/ml/quantise/backbone.js';
import { createRandom } from '../../../src/ml/random.js';
import { SIZE, smallModel } from '../../support/networks.js';

const SQUARE = SIZE * SIZE * 3;

/** After the first convolution: a depthwise one, a pooling, a sum of two ways, and a dense layer. */
function deeperModel(opset = 17): Model {
  const random = createRandom(3);
  const floats = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  const model = smallModel({
    nodes: [
      node('Conv', ['maps', 'depthwise'], 'each', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 8 }),
      node('Add', ['each', 'maps'], 'sum'),
      node('Relu', ['sum'], 'joined'),
      node('MaxPool', ['joined'], 'smaller', { kernel_shape: [2, 2], strides: [2, 2] }),
      node('Conv', ['smaller', 'pointwise', 'offsets'], 'last', { kernel_shape: [1, 1] }),
      node('GlobalAveragePool', ['last'], 'mean'),
      node('Flatten', ['mean'], 'flat'),
      node('Gemm', ['flat', 'dense', 'shift'], 'out', { transB: 1 }),
    ],
    constants: [
      constant('depthwise', [8, 1, 3, 3], floats(72)),
      constant('pointwise', [12, 8, 1, 1], floats(96)),
      constant('offsets', [12], floats(12)),
      constant('dense', [5, 12], floats(60)),
      constant('shift', [5], floats(5)),
    ],
    output: 'out',
  });
  model.opsetImport = [{ domain: '', version: opset }];
  return model;
}

async function common(model: Model) {
  const how = { size: SIZE, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], layout: 'NCHW', channels: 'RGB' } as const;
  return examineNetwork(encodeModel(model), { ...how, output: 'out' }, null, { threads: 1 });
}

/** Soft shapes: what neighbouring pixels of pictures are like. */
async function* squares(count: number, from = 0) {
  for (let n = from; n < from + count; n++) {
    yield await Promise.resolve(
      Uint8Array.from(
        { length: SQUARE },
        (_, i) => 128 + 120 * Math.sin((i % 96) / (7 + n) + n) * Math.cos(i / (300 + 40 * n)),
      ),
    );
  }
}

const collect = async (pictures: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const picture of pictures) all.push(picture);
  return Buffer.concat(all);
};

async function run(network: Uint8Array, pixels: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(network, {
    logSeverityLevel: 3,
    extra: { session: { x64quantprecision: addsBytesExactly() ? '0' : '1' } }, // sums overflow with AVX2 alone, else
  });
  const input = new Tensor('uint8', pixels, [pixels.length / SQUARE, SIZE, SIZE, 3]);
  const output = await session.run({ pixels: input });
  await session.release();
  return output.features.data as Float32Array;
}

/** Operations as ONNX Runtime executed them. */
async function executed(t: TestContext, network: Uint8Array): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-profile-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const session = await InferenceSession.create(network, {
    logSeverityLevel: 3,
    enableProfiling: true,
    profileFilePrefix: join(folder, 'profile'),
  });
  await session.run({ pixels: new Tensor('uint8', new Uint8Array(SQUARE), [1, SIZE, SIZE, 3]) });
  session.endProfiling();
  await session.release();
  const [file] = await readdir(folder);
  const events = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
    cat: string;
    args?: { op_name?: string };
  }[];
  return events.flatMap(({ cat, args }) => (cat === 'Node' && args?.op_name ? [args.op_name] : []));
}

test('a network in integers gives nearly the same features, and runs in integer kernels', async (t) => {
  const { network, dimensions } = await common(deeperModel());
  const quantised = await quantiseBackbone(network, squares(32), { size: SIZE, dimensions, threads: 1 });
  assert.equal(quantised.squares, 32);
  assert.equal(quantised.operations, 4);
  assert.ok(quantised.error < 0.05, `${quantised.error} of the variance is lost`);
  t.diagnostic(
    `lost ${quantised.error.toExponential(1)} of the variance; in float: ${quantised.float.join(', ') || 'nothing'}`,
  );

  const unseen = await collect(squares(8, 40));
  const [expected, actual] = [await run(network, unseen), await run(quantised.network, unseen)];
  const spread = Math.max(...expected) - Math.min(...expected);
  expected.forEach((value, i) => assert.ok(Math.abs(value - actual[i]) < 0.1 * spread, `${actual[i]}, not ${value}`));

  const kernels = await executed(t, quantised.network);
  t.diagnostic(kernels.join(' '));
  assert.equal(
    kernels.filter((name) => name === 'QLinearConv').length,
    3 - quantised.float.filter((name) => name !== 'out').length,
  );
  assert.ok(!kernels.includes('Conv') || quantised.float.length > 0);
});

test('the same pictures give the same bytes', async () => {
  const { network, dimensions } = await common(deeperModel());
  const make = () => quantiseBackbone(network, squares(20), { size: SIZE, dimensions, threads: 1 });
  const [one, other] = [await make(), await make()];
  assert.deepEqual(one.network, other.network);
});

test('an operation that loses too much stays in float', async () => {
  const model = deeperModel();
  // Two channels a thousand times as large as the others: one scale for all leaves nothing of the rest.
  const weights = model.graph!.initializer!.find(({ name }) => name === 'weights')!;
  const values = new Float32Array(Uint8Array.from(weights.rawData!).buffer);
  for (let i = 0; i < 54; i++) values[i] *= 1000;
  model.graph!.initializer = model.graph!.initializer!.map((tensor) =>
    tensor.name === 'weights' ? constant('weights', [8, 3, 3, 3], values) : tensor,
  );
  const pointwise = model.graph!.initializer.find(({ name }) => name === 'pointwise')!;
  const smaller = new Float32Array(Uint8Array.from(pointwise.rawData!).buffer).map((value, i) =>
    i % 8 < 2 ? value / 100_000 : value,
  );
  model.graph!.initializer = model.graph!.initializer.map((tensor) =>
    tensor.name === 'pointwise' ? constant('pointwise', [12, 8, 1, 1], smaller) : tensor,
  );
  const { network, dimensions } = await common(model);
  const quantised = await quantiseBackbone(network, squares(20), { size: SIZE, dimensions, threads: 1 });
  assert.ok(quantised.float.length > 0);
  assert.ok(quantised.error < 0.1, `${quantised.error} of the variance is lost`);
});

test('a network that cannot be quantised is refused', async () => {
  const old = await common(deeperModel(12));
  const shape = { size: SIZE, threads: 1 };
  await assert.rejects(quantiseBackbone(old.network, squares(16), { ...shape, dimensions: old.dimensions }), {
    code: 'BAD_INPUT',
    message: /must be written for operator set 13 or newer, but this one is for 12/,
  });
  const bare = smallModel({ output: 'out', nodes: [node('Relu', ['image'], 'out')] });
  const { network, dimensions } = await common(bare);
  await assert.rejects(quantiseBackbone(network, squares(16), { ...shape, dimensions }), {
    code: 'BAD_INPUT',
    message: /no convolution or matrix product/,
  });
});
