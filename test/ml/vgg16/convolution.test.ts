import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';

import { loadTensorflow } from '../../../src/ml/tensorflow.js';
import { convolve } from '../../../src/ml/vgg16/convolution.js';

/** Sums of some hundred products, in another order. */
const TOLERANCE = 1e-5;

const SHAPES = [
  { n: 3, height: 7, width: 5, inputs: 6, outputs: 4 },
  { n: 1, height: 1, width: 1, inputs: 3, outputs: 8 },
  { n: 2, height: 2, width: 2, inputs: 16, outputs: 16 },
  { n: 2, height: 28, width: 28, inputs: 8, outputs: 8 },
];

for (const shape of SHAPES) {
  const { n, height, width, inputs, outputs } = shape;

  test(`the gradients of ${JSON.stringify(shape)} are those of TensorFlow.js`, async (t) => {
    const { tf } = await loadTensorflow();
    const [x, kernel, dy] = tf.tidy(() => [
      tf.randomNormal<Rank.R4>([n, height, width, inputs], 0, 1, 'float32', 1),
      tf.randomNormal<Rank.R4>([3, 3, inputs, outputs], 0, 1, 'float32', 2),
      tf.randomNormal<Rank.R4>([n, height, width, outputs], 0, 1, 'float32', 3),
    ]);
    t.after(() => tf.dispose([x, kernel, dy]));
    const before = tf.memory().numTensors;
    const gradients = (of: (x: Tensor4D, kernel: Tensor4D) => Tensor) =>
      tf.tidy(() =>
        tf
          .grads(of as (...all: Tensor[]) => Tensor)([x, kernel], dy)
          .map((dx) => dx.dataSync<'float32'>()),
      );
    const ours = gradients((x, kernel) => convolve(tf, x, kernel));
    const theirs = gradients((x, kernel) => tf.conv2d(x, kernel, 1, 'same'));
    assert.equal(tf.memory().numTensors, before, 'no tensor is left');
    for (const i of [0, 1]) report(t, off(ours[i], theirs[i]));
  });
}

test('the gradients are what a small change does', async (t) => {
  const { tf } = await loadTensorflow();
  const [n, size, inputs, outputs] = [2, 5, 3, 2];
  const values = {
    x: noise(n * size * size * inputs, 1),
    kernel: noise(9 * inputs * outputs, 2),
    dy: noise(n * size * size * outputs, 3),
  };
  const tensors = (x: Float64Array, kernel: Float64Array): [Tensor4D, Tensor4D] => [
    tf.tensor4d(Float32Array.from(x), [n, size, size, inputs]),
    tf.tensor4d(Float32Array.from(kernel), [3, 3, inputs, outputs]),
  ];
  const [dx, dkernel] = tf.tidy(() => {
    const dy = tf.tensor4d(Float32Array.from(values.dy), [n, size, size, outputs]);
    const of = (...[x, kernel]: Tensor[]) => convolve(tf, x as Tensor4D, kernel as Tensor4D);
    return tf
      .grads(of)(tensors(values.x, values.kernel), dy)
      .map((tensor) => tensor.dataSync<'float32'>());
  });

  // What the gradient is of, in double precision: the sum of dy times the convolution.
  const sum = (x: Float64Array, kernel: Float64Array): number => {
    let total = 0;
    values.dy.forEach((dy, at) => {
      const output = at % outputs;
      const place = Math.floor(at / outputs);
      const [picture, row, column] = [Math.floor(place / size ** 2), Math.floor(place / size) % size, place % size];
      for (let tap = 0; tap < 9; tap++) {
        const [y, z] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1];
        if (y < 0 || y >= size || z < 0 || z >= size) continue;
        for (let input = 0; input < inputs; input++) {
          const seen = x[((picture * size + y) * size + z) * inputs + input];
          total += dy * seen * kernel[(tap * inputs + input) * outputs + output];
        }
      }
    });
    return total;
  };
  const differences = (name: 'x' | 'kernel') =>
    values[name].map((_, i) => {
      const at = (step: number) => {
        const changed = { ...values, [name]: values[name].map((value, j) => (i === j ? value + step : value)) };
        return sum(changed.x, changed.kernel);
      };
      return (at(1e-3) - at(-1e-3)) / 2e-3;
    });
  report(t, off(dx, differences('x')));
  report(t, off(dkernel, differences('kernel')));
});

function report(t: TestContext, difference: number): void {
  t.diagnostic(`off by ${difference.toExponential(1)} of the largest`);
  assert.ok(difference <= TOLERANCE);
}

function off(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]))) / largest;
}

function noise(length: number, seed: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin((i + 1) * 12.9898 * seed) % 1);
}
