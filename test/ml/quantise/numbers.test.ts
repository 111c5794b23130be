import assert from 'node:assert/strict';
import { test } from 'node:test';

import { activationScale, quantiseBias, quantiseWeights } from '../../../src/ml/quantise/numbers.js';

test('a range becomes 0..255, holds zero exactly, and is widened to hold it', () => {
  assert.deepEqual(activationScale({ min: 0, max: 255 }), { scale: 1, zeroPoint: 0 });
  assert.deepEqual(activationScale({ min: 51, max: 510 }), { scale: 2, zeroPoint: 0 });
  assert.deepEqual(activationScale({ min: -255, max: -10 }), { scale: 1, zeroPoint: 255 });
  assert.deepEqual(activationScale({ min: -100, max: 155 }), { scale: 1, zeroPoint: 100 });
  assert.deepEqual(activationScale({ min: 0, max: 0 }), { scale: 1, zeroPoint: 0 });
});

test('weights have a scale for each output, in 8 bits, whatever the axis', () => {
  const rows = quantiseWeights(Float32Array.of(1, -2, 3, 100, 0, -50), [2, 3], 0);
  assert.deepEqual([...rows.bytes], [42, -85, 127, 127, 0, -64]);
  assert.deepEqual([...rows.scales], [Math.fround(3 / 127), Math.fround(100 / 127)]);
  const columns = quantiseWeights(Float32Array.of(1, -2, 3, 100, 0, -50), [2, 3], 1);
  assert.deepEqual([...columns.bytes], [1, -127, 8, 127, 0, -127]);
  const nothing = quantiseWeights(new Float32Array(4), [1, 4], 0);
  assert.deepEqual([...nothing.bytes], [0, 0, 0, 0]);
  assert.ok(nothing.scales[0] > 0);
});

test('a bias counts in products of input and weight, and stays within 32 bits', () => {
  const { integers, scales } = quantiseBias(Float32Array.of(1, 1e30, -1e30), 0.5, Float32Array.of(0.25, 1e-30, 1e-30));
  assert.deepEqual([...integers], [8, 2 ** 31 - 1, -(2 ** 31 - 1)]);
  assert.equal(scales[0], 0.125);
});
