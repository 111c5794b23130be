import assert from 'node:assert/strict';
import { test } from 'node:test';

import { equalPrecision, equalShare, type Judged } from '../../src/ml/carry-threshold.js';
import { createRandom } from '../../src/ml/random.js';

/** n labels, half of them positive, with scores that are right more often the larger `distance` is. */
function judged(n: number, distance: number, seed: number): Judged {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
  const scores = Float32Array.from(labels, (label) => {
    return 1 / (1 + Math.exp(-random.normal() - (label === 1 ? distance / 2 : -distance / 2)));
  });
  return { scores, labels };
}

test('the carried threshold is the lowest that is as precise, at the balance given', () => {
  const [older, newer] = [judged(400, 2, 1), judged(300, 3, 2)];
  for (const balance of [0.5, 0.1]) {
    const carried = equalPrecision(older, 0.65, newer, balance)!;
    assert.ok(carried.after >= carried.before);
    assert.ok(carried.threshold < 0.65, 'a better model may keep more at the same precision');
    const below = equalPrecision(
      older,
      0.65,
      { ...newer, scores: newer.scores.map((score) => score - 0.01) },
      balance,
    )!;
    assert.ok(Math.abs(below.threshold - (carried.threshold - 0.01)) < 2e-4);
  }
  const [even, rare] = [0.5, 0.1].map((balance) => equalPrecision(older, 0.65, newer, balance)!);
  assert.ok(rare.before < even.before);
});

test('no precision is carried that is not known, or out of reach', () => {
  const older = judged(400, 2, 1);
  assert.equal(equalPrecision(older, 1, older, 0.5), null, 'nothing reaches 1');
  assert.equal(equalPrecision({ scores: new Float32Array(0), labels: new Uint8Array(0) }, 0.5, older, 0.5), null);
  const blind = { ...older, scores: older.scores.map(() => 0.5) };
  assert.equal(equalPrecision(older, 0.65, blind, 0.5), null);
});

test('the share of images that are kept is carried to the image, and all or none, too', () => {
  const { scores: older } = judged(1000, 2, 3);
  const newer = older.map((score) => score ** 3);
  for (const threshold of [0, 0.2, 0.65, 0.9, 1]) {
    const { before, after } = equalShare(older, threshold, newer)!;
    assert.ok(Math.abs(after - before) <= 2 / 1000, `${before} became ${after}`);
  }
  assert.equal(equalShare(older.subarray(0, 49), 0.5, newer.subarray(0, 49)), null);
});
