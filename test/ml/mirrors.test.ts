import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mirrored } from '../../src/images/mirror.js';
import { foldsOf } from '../../src/ml/folds.js';
import { withMirrors } from '../../src/ml/mirrors.js';
import type { TrainingSet } from '../../src/ml/training.js';
import { trained, twoClasses } from './support.js';

/** Mirrors of some rows that have the feature 0 turned round. */
function withTurned(set: TrainingSet, of: Int32Array): TrainingSet {
  const { dimensions, features } = set;
  const turned = new Float32Array(of.length * dimensions);
  of.forEach((row, i) => {
    turned.set(features.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
    turned[i * dimensions] *= -1;
  });
  return { ...set, mirrors: { features: turned, of } };
}

test('a square is flipped left to right, twice is as before', () => {
  const square = Uint8Array.from({ length: 12 }, (_, i) => i);
  assert.deepEqual([...mirrored(square, 2)], [3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8]);
  const odd = Uint8Array.from({ length: 27 }, (_, i) => i * 7);
  assert.deepEqual(mirrored(mirrored(odd, 3), 3), odd);
});

for (const folds of [1, 5]) {
  test(`with ${folds} folds a mirror is never held out, and whoever judges its picture does not learn from it`, () => {
    const plain = twoClasses(60, 4);
    const of = Int32Array.from({ length: 40 }, (_, i) => 59 - i);
    const before = foldsOf(plain, { folds, validationShare: 0.2, seed: 1 });
    const { set, folds: after } = withMirrors(withTurned(plain, of), before);
    assert.equal(set.labels.length, 100);
    assert.deepEqual(after.heldOut, before.heldOut);
    assert.deepEqual(after.learnt.slice(0, before.learnt.length), before.learnt);
    const learntOriginals = Array.from(of).filter((row) => before.learnt.includes(row));
    assert.equal(after.learnt.length, before.learnt.length + learntOriginals.length);
    of.forEach((row, i) => {
      assert.equal(after.judge[60 + i], before.judge[row]);
      assert.deepEqual([set.labels[60 + i], set.groups[60 + i]], [plain.labels[row], plain.groups[row]]);
      assert.equal(after.learnt.includes(60 + i), before.learnt.includes(row));
      assert.equal(set.features[(60 + i) * 4], -plain.features[row * 4]);
    });
  });
}

test('what is learnt from mirrors holds for mirrors: a feature that they turn round counts for nothing', async (t) => {
  const plain = twoClasses(300, 1);
  const features = plain.features.map((_, i) => (plain.labels[i] === 1 ? 1 : -1) + Math.sin(i));
  const set = { ...plain, features };
  const alone = await trained(t, set, { epochs: 10, learningRate: 0.05 });
  const all = Int32Array.from(set.labels.keys());
  const both = await trained(t, withTurned(set, all), { epochs: 10, learningRate: 0.05 });
  const [strong, weak] = [alone, both].map(({ weights }) => Math.abs(weights.layers[0].kernel[0]));
  assert.ok(strong > 0.5 && weak < strong / 4, `${strong}, ${weak}`);
  assert.deepEqual(both.folds, alone.folds);
});
