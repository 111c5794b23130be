import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openEngine } from '../../../src/ml/engine.js';
import {
  constant,
  encodeModel,
  node,
  readModelFile,
  valueInfo,
  FLOAT,
  UINT8,
} from '../../../src/ml/onnx/model-file.js';
import { activationNames, quantiseNetwork } from '../../../src/ml/quantise/quantise.js';
import { forTiles } from '../../../src/ml/quantise/tiles.js';
import { createRandom } from '../../../src/ml/random.js';

const SIDE = 12;
const CHANNELS = 128;

/** Pixels in; a convolution that sums few products, one that sums 1,152, and the mean over space. */
function network(): Uint8Array {
  const random = createRandom(5);
  const floats = (length: number) => Float32Array.from({ length }, () => random.normal() / 10);
  const padded = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'small',
      node: [
        node('Cast', ['pixels'], 'floats', { to: FLOAT }),
        node('Transpose', ['floats'], 'planes', { perm: [0, 3, 1, 2] }),
        node('Conv', ['planes', 'first weights', 'first bias'], 'first sums', padded),
        node('Relu', ['first sums'], 'first'),
        node('Conv', ['first', 'second weights', 'second bias'], 'second sums', padded),
        node('Relu', ['second sums'], 'second'),
        node('GlobalAveragePool', ['second'], 'mean'),
        node('Flatten', ['mean'], 'features'),
      ],
      initializer: [
        constant('first weights', [CHANNELS, 3, 3, 3], floats(CHANNELS * 27)),
        constant('first bias', [CHANNELS], floats(CHANNELS)),
        constant('second weights', [CHANNELS, CHANNELS, 3, 3], floats(CHANNELS * CHANNELS * 9)),
        constant('second bias', [CHANNELS], floats(CHANNELS)),
      ],
      input: [valueInfo('pixels', UINT8, ['n', SIDE, SIDE, 3])],
      output: [valueInfo('features', FLOAT, ['n', CHANNELS])],
    },
  });
}

test('written for tiles a network gives the same features bit for bit, and only large convolutions are', async () => {
  const float = network();
  const ranges = new Map(
    activationNames(float).map((name) => [name, { min: -100, max: name === 'planes' ? 255 : 300 }]),
  );
  const plain = quantiseNetwork(float, ranges);
  const tiled = forTiles(plain);
  const changed = (readModelFile(tiled).graph.initializer ?? [])
    .filter(({ rawData }, i) => Buffer.compare(rawData!, readModelFile(plain).graph.initializer![i].rawData!) !== 0)
    .map(({ name }) => name);
  assert.deepEqual(changed, ['int8/second sums weight bytes', 'int8/second sums weight zero']);

  const random = createRandom(6);
  const pixels = Uint8Array.from({ length: 2 * SIDE * SIDE * 3 }, () => random.next() * 256);
  const [expected, actual] = await Promise.all(
    [plain, tiled].map(async (bytes) => {
      const engine = await openEngine(bytes, { threads: 1 });
      const features = new Float32Array(2 * CHANNELS);
      await engine.run(pixels, [2, SIDE, SIDE, 3], features, [2, CHANNELS]);
      await engine.dispose();
      return features;
    }),
  );
  assert.ok(new Set(expected).size > 50, 'the features say something');
  assert.deepEqual(actual, expected);
});
