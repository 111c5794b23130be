import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InferenceSession, Tensor } from 'onnxruntime-node';

import type { Preprocessing } from '../../../src/ml/backbones/adapt.js';
import { examineNetwork } from '../../../src/ml/backbones/add.js';
import { constant, encodeModel, FLOAT, node, valueInfo } from '../../../src/ml/onnx/model-file.js';
import { SIZE, smallModel, smallNetwork } from '../../support/networks.js';

const HOW: Preprocessing = {
  size: SIZE,
  mean: [0.4, 0.5, 0.6],
  std: [0.2, 0.3, 0.4],
  layout: 'NCHW',
  channels: 'RGB',
  output: 'maps',
};
const ONE = { threads: 1 };
const TOKENS = [
  node('Reshape', ['maps', 'shape'], 'channels first'),
  node('Transpose', ['channels first'], 'tokens', { perm: [0, 2, 1] }),
];

/** Squares of noise, and the same as the network's author would have fed them: floats, channels first. */
function pictures(n: number, channels: 'RGB' | 'BGR' = 'RGB') {
  const pixels = Uint8Array.from({ length: n * SIZE * SIZE * 3 }, (_, i) => (i * 7919 + (i >> 5) * 31) & 255);
  const planes = new Float32Array(pixels.length);
  const area = SIZE * SIZE;
  for (let i = 0; i < pixels.length; i++) {
    const [picture, pixel, colour] = [Math.floor(i / (3 * area)), Math.floor(i / 3) % area, i % 3];
    const channel = channels === 'RGB' ? colour : 2 - colour;
    planes[(picture * 3 + channel) * area + pixel] = (pixels[i] / 255 - HOW.mean[channel]) / HOW.std[channel];
  }
  return { pixels, planes };
}

async function run(network: Uint8Array, input: Tensor): Promise<Tensor> {
  const session = await InferenceSession.create(network, { logSeverityLevel: 3 });
  const outputs = await session.run({ [session.inputNames[0]]: input });
  await session.release();
  return outputs[session.outputNames[0]];
}

const near = (actual: ArrayLike<number>, expected: number[]) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(value - actual[i]) < 1e-5, `${i}: ${actual[i]}, not ${value}`));
};

for (const channels of ['RGB', 'BGR'] as const) {
  test(`a network sees its pictures as its author fed them, ${channels}, and maps are averaged`, async () => {
    const { pixels, planes } = pictures(2, channels);
    const maps = await run(smallNetwork(), new Tensor('float32', planes, [2, 3, SIZE, SIZE]));
    const added = await examineNetwork(smallNetwork(), { ...HOW, channels }, null, ONE);
    assert.equal(added.dimensions, 8);
    assert.equal(added.pooling, 'MEAN');
    assert.equal(added.squaresPerRun, null);
    const features = await run(added.network, new Tensor('uint8', pixels, [2, SIZE, SIZE, 3]));
    assert.deepEqual(features.dims, [2, 8]);
    const means = Array.from({ length: 16 }, (_, map) => {
      const values = (maps.data as Float32Array).subarray(map * 256, (map + 1) * 256);
      return values.reduce((sum, value) => sum + value) / 256;
    });
    near(features.data as Float32Array, means);
  });
}

test('of tokens the first is taken, or their mean, or all of them', async () => {
  const shape = constant('shape', [3], Int32Array.of(0, 0, 0));
  const dims = Buffer.alloc(24);
  [0, 8, -1].forEach((value, i) => dims.writeBigInt64LE(BigInt(value), i * 8));
  const network = smallNetwork({
    nodes: TOKENS,
    constants: [{ ...shape, dataType: 7, rawData: dims }],
    output: 'tokens',
  });
  const { pixels, planes } = pictures(2);
  const tokens = await run(network, new Tensor('float32', planes, [2, 3, SIZE, SIZE]));
  const values = [...(tokens.data as Float32Array)];
  const expected = {
    FIRST_TOKEN: [0, 1].flatMap((picture) => values.slice(picture * 2048, picture * 2048 + 8)),
    MEAN: [0, 1].flatMap((picture) =>
      Array.from({ length: 8 }, (_, column) => {
        const of = values.slice(picture * 2048, (picture + 1) * 2048).filter((_, i) => i % 8 === column);
        return of.reduce((sum, value) => sum + value) / 256;
      }),
    ),
    NONE: values,
  };
  for (const pooling of ['FIRST_TOKEN', 'MEAN', 'NONE'] as const) {
    const asked = pooling === 'FIRST_TOKEN' ? null : pooling;
    const added = await examineNetwork(network, { ...HOW, output: 'tokens' }, asked, ONE);
    assert.equal(added.pooling, pooling);
    const features = await run(added.network, new Tensor('uint8', pixels, [2, SIZE, SIZE, 3]));
    near(features.data as Float32Array, expected[pooling]);
  }
});

test('any operation can be tapped, and what does not lead there is left out, other inputs too', async () => {
  const model = smallModel({
    nodes: [node('Mul', ['text', 'maps'], 'both')],
    output: 'both',
  });
  model.graph!.input!.push(valueInfo('text', FLOAT, []));
  const added = await examineNetwork(encodeModel(model), { ...HOW, output: 'sums' }, null, ONE);
  assert.equal(added.dimensions, 8);
  const message = /must come from one input, a picture, but comes from image, text/;
  await assert.rejects(examineNetwork(encodeModel(model), { ...HOW, output: 'both' }, null, ONE), { message });
});

test('a network of one picture at a time is used like that', async () => {
  const dims = Buffer.alloc(16);
  [1, 2048].forEach((value, i) => dims.writeBigInt64LE(BigInt(value), i * 8));
  const fixed = smallNetwork({
    nodes: [node('Reshape', ['maps', 'shape'], 'flat')],
    constants: [{ name: 'shape', dims: [2], dataType: 7, rawData: dims }],
    output: 'flat',
    batch: 1,
  });
  const added = await examineNetwork(fixed, { ...HOW, output: 'flat' }, null, ONE);
  assert.equal(added.squaresPerRun, 1);
  assert.equal(added.dimensions, 2048);
});

test('what is no such network is refused, with what is wrong', async () => {
  const outside = smallModel();
  outside.graph!.initializer![0] = {
    ...outside.graph!.initializer![0],
    rawData: undefined,
    dataLocation: 1,
    externalData: [{ key: 'location', value: '/etc/passwd' }],
  };
  const foreign = smallModel();
  foreign.opsetImport!.push({ domain: 'evil.example', version: 1 });
  const unknown = smallNetwork({ nodes: [node('Frobnicate', ['maps'], 'out')], output: 'out' });
  const refused: [Uint8Array, Partial<Preprocessing>, RegExp][] = [
    [Buffer.from('not a model'), {}, /must be an ONNX model/],
    [new Uint8Array(0), {}, /must be an ONNX model/],
    [encodeModel(outside), {}, /weights stand in another file/],
    [encodeModel(foreign), {}, /operators of "evil.example"/],
    [unknown, { output: 'out' }, /ONNX Runtime does not open it: .*Frobnicate/],
    [smallNetwork(), { output: 'logits' }, /no output "logits". Those that it declares are maps/],
    [smallNetwork(), { size: 64 }, /\[\?, 3, 32, 32\], but size 64 in layout NCHW is \[n, 3, 64, 64\]/],
    [smallNetwork(), { layout: 'NHWC' }, /layout NHWC is \[n, 32, 32, 3\]/],
    [smallNetwork(), { std: [1e-45, 1, 1] }, /not finite/],
  ];
  for (const [bytes, other, message] of refused) {
    await assert.rejects(examineNetwork(bytes, { ...HOW, ...other }, null, ONE), { code: 'BAD_INPUT', message });
  }
  const message = /maps has 4 axes, \[1, 8, 16, 16\], of which FIRST_TOKEN makes no vector/;
  await assert.rejects(examineNetwork(smallNetwork(), HOW, 'FIRST_TOKEN', ONE), { message });
});
