import assert from 'node:assert/strict';
import { test } from 'node:test';

import { relativeDifference } from '../../src/ml/best-engine.js';
import { providersToTry, providerStates } from '../../src/ml/providers.js';

test('the processor always comes last, and nothing comes after it', () => {
  assert.deepEqual(providersToTry(['webgpu']), ['webgpu', 'cpu']);
  assert.deepEqual(providersToTry(['cuda', 'cpu', 'webgpu']), ['cuda', 'cpu']);
  assert.deepEqual(providersToTry(['cpu']), ['cpu']);
  const auto = providersToTry('auto');
  assert.equal(auto.at(-1), 'cpu');
  assert.ok(!auto.includes('tensorrt'));
});

test('what is not installed says how it can be had, where it can', () => {
  const states = new Map(providerStates().map((state) => [state.provider, state]));
  assert.equal(states.get('cpu')?.installed, true);
  const cuda = states.get('cuda');
  if (process.platform === 'linux' && process.arch === 'x64' && cuda?.installed === false) {
    assert.match(cuda.how ?? '', /CUDA 12.*ONNXRUNTIME_NODE_INSTALL=cuda12/);
  }
});

test('a difference is a share of the largest magnitude, and what is no number differs by everything', () => {
  assert.equal(relativeDifference(Float32Array.of(1, -4, 2), Float32Array.of(1, -4, 2)), 0);
  assert.equal(relativeDifference(Float32Array.of(1, -4, 2), Float32Array.of(2, -4, 2)), 0.25);
  assert.equal(relativeDifference(Float32Array.of(NaN, 1), Float32Array.of(1, 1)), Infinity);
});
