import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accuracy, confusion, logLoss, precision, recall, rocAuc, sigmoid } from '../../src/ml/metrics.js';
import { createRandom } from '../../src/ml/random.js';

test('AUC by ranks equals the plain count over all pairs, ties included', () => {
  const random = createRandom(1);
  for (let round = 0; round < 200; round++) {
    const n = 2 + Math.floor(random.next() * 60);
    const levels = 1 + Math.floor(random.next() * 30);
    const scores = Float32Array.from({ length: n }, () => Math.floor(random.next() * levels) / levels - 0.3);
    const labels = Uint8Array.from({ length: n }, () => Number(random.next() < 0.4));
    const expected = plainAuc(scores, labels);
    const actual = rocAuc(scores, labels);
    if (expected === null) assert.equal(actual, null);
    else assert.ok(actual !== null && Math.abs(actual - expected) < 1e-12, `${actual} for ${expected}`);
  }
});

test('AUC of a perfect, a reversed and a constant score', () => {
  assert.equal(rocAuc([0.1, 0.2, 0.8, 0.9], Uint8Array.of(0, 0, 1, 1)), 1);
  assert.equal(rocAuc([0.1, 0.2, 0.8, 0.9], Uint8Array.of(1, 1, 0, 0)), 0);
  assert.equal(rocAuc([7, 7, 7], Uint8Array.of(1, 0, 0)), 0.5);
  assert.equal(rocAuc([1, 2], Uint8Array.of(1, 1)), null);
  assert.equal(rocAuc([], new Uint8Array(0)), null);
});

test('outcomes at a threshold; a score on it counts as positive', () => {
  const counts = confusion([0.9, 0.65, 0.65, 0.2, 0.1], Uint8Array.of(1, 1, 0, 1, 0), 0.65);
  assert.deepEqual(counts, { truePositives: 2, falsePositives: 1, trueNegatives: 1, falseNegatives: 1 });
  assert.equal(accuracy(counts), 3 / 5);
  assert.equal(precision(counts), 2 / 3);
  assert.equal(recall(counts), 2 / 3);
});

test('a ratio of nothing is null, not 0', () => {
  const counts = confusion([0.1], Uint8Array.of(0), 0.5);
  assert.equal(precision(counts), null);
  assert.equal(recall(counts), null);
  assert.equal(accuracy(confusion([], new Uint8Array(0), 0.5)), null);
});

test('log loss from logits agrees with the textbook form and stays finite where that does not', () => {
  const logits = [-3, -0.5, 0, 0.5, 4];
  const labels = Uint8Array.of(1, 0, 1, 1, 0);
  const textbook = logits.map((z, i) => -Math.log(labels[i] === 1 ? sigmoid(z) : 1 - sigmoid(z)));
  assert.ok(Math.abs(logLoss(logits, labels) - textbook.reduce((a, b) => a + b) / 5) < 1e-12);
  assert.equal(logLoss([-1000, 1000], Uint8Array.of(1, 0)), 1000);
  assert.equal(logLoss([1000, -1000], Uint8Array.of(1, 0)), 0);
});

test('sigmoid reaches both ends without NaN', () => {
  assert.deepEqual([-1e4, 0, 1e4].map(sigmoid), [0, 0.5, 1]);
});

/** Over all pairs of a positive and a negative: 1 when the positive scores higher, a half when they tie. */
function plainAuc(scores: Float32Array, labels: Uint8Array): number | null {
  let wins = 0;
  let pairs = 0;
  for (let p = 0; p < labels.length; p++) {
    for (let n = 0; n < labels.length; n++) {
      if (labels[p] !== 1 || labels[n] !== 0) continue;
      pairs++;
      wins += scores[p] > scores[n] ? 1 : scores[p] === scores[n] ? 0.5 : 0;
    }
  }
  return pairs === 0 ? null : wins / pairs;
}
