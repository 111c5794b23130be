import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Rank, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';

import { loadTensorflow } from '../../src/ml/tensorflow.js';
import type { TensorFlow } from '../../src/ml/tensorflow.js';

test('training a dense network gives on the best backend what plain JavaScript gives, and leaks nothing', async () => {
  const { tf, backend } = await loadTensorflow();
  assert.ok(
    ['tfjs-node-gpu', 'tfjs-node', 'wasm'].includes(backend),
    `the wasm backend at least, but it is ${backend}`,
  );
  const before = tf.memory().numTensors;
  const best = denseLosses(tf, 20);
  const plain = await onCpu(tf, () => denseLosses(tf, 20));
  assert.equal(tf.memory().numTensors, before);
  assert.ok(best[19] < best[0] / 4, `the loss falls, but went from ${best[0]} to ${best[19]}`);
  assertClose(best, plain, 1e-3);
});

test('gradients of convolutions work on the best backend', async () => {
  const { tf } = await loadTensorflow();
  const before = tf.memory().numTensors;
  const best = convolutionGradients(tf);
  const plain = await onCpu(tf, () => convolutionGradients(tf));
  assert.equal(tf.memory().numTensors, before);
  assertClose(best, plain, 1e-5);
});

test('matrix products agree with plain JavaScript, whichever side is transposed', async () => {
  const { tf } = await loadTensorflow();
  for (const [a, b] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]) {
    const product = () =>
      tf.tidy(() => {
        const x = tf.randomNormal<Rank.R3>(a ? [2, 5, 3] : [2, 3, 5], 0, 1, 'float32', 1);
        const y = tf.randomNormal<Rank.R3>(b ? [2, 4, 5] : [2, 5, 4], 0, 1, 'float32', 2);
        return [...tf.matMul(x, y, a, b).dataSync()];
      });
    assertClose(product(), await onCpu(tf, product), 1e-6);
  }
});

async function onCpu<T>(tf: TensorFlow, work: () => T): Promise<T> {
  const best = tf.getBackend();
  await tf.setBackend('cpu');
  try {
    return work();
  } finally {
    await tf.setBackend(best);
  }
}

/** The losses of Adam steps on BatchNorm, Dense(32, relu), Dense(1) under binary cross-entropy on the logit. */
function denseLosses(tf: TensorFlow, steps: number): number[] {
  const model = tf.sequential({
    layers: [
      tf.layers.batchNormalization({ inputShape: [40] }),
      tf.layers.dense({ units: 32, activation: 'relu', kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
    ],
  });
  const optimizer = tf.train.adam(0.01);
  const x = tf.randomNormal([24, 40], 0, 1, 'float32', 3);
  const y = tf.tidy(() => tf.cast(tf.greater(tf.randomUniform([24, 1], 0, 1, 'float32', 4), 0.5), 'float32'));
  const losses = Array.from({ length: steps }, () => {
    const step = () => tf.losses.sigmoidCrossEntropy<Tensor, Scalar>(y, model.apply(x, { training: true }) as Tensor);
    const loss = optimizer.minimize(step, true);
    const value = loss?.dataSync()[0] ?? NaN;
    loss?.dispose();
    return value;
  });
  model.dispose();
  optimizer.dispose();
  tf.dispose([x, y]);
  return losses;
}

/** Gradients by input and by both filters of a convolution and a depthwise convolution. */
function convolutionGradients(tf: TensorFlow): number[] {
  return tf.tidy(() => {
    const x = tf.randomNormal<Rank.R4>([2, 9, 9, 3], 0, 1, 'float32', 5);
    const filter = tf.randomNormal<Rank.R4>([3, 3, 3, 4], 0, 1, 'float32', 6);
    const depthwise = tf.randomNormal<Rank.R4>([3, 3, 4, 1], 0, 1, 'float32', 7);
    const loss = (...[a, b, c]: Tensor[]) => {
      const convolved = tf.conv2d(a as Tensor4D, b as Tensor4D, 2, 'same');
      return tf.sum(tf.square(tf.depthwiseConv2d(convolved, c as Tensor4D, 1, 'same')));
    };
    return tf
      .grads(loss)([x, filter, depthwise])
      .flatMap((gradient) => [...gradient.dataSync()]);
  });
}

/** Largest difference over largest magnitude. */
function assertClose(actual: number[], expected: number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  const difference = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]))) / largest;
  assert.ok(difference <= tolerance, `differs by ${difference}, more than ${tolerance}`);
}
