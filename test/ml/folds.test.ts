import assert from 'node:assert/strict';
import { test } from 'node:test';

import { foldsOf } from '../../src/ml/folds.js';
import { createRandom } from '../../src/ml/random.js';

const OPTIONS = { folds: 5, validationShare: 0.2, seed: 1 };

test('every label is judged once, each fold has its share of both classes, and a group lies in one fold', () => {
  const random = createRandom(3);
  for (const [n, positive] of [
    [200, 0.5],
    [83, 0.3],
    [500, 0.08],
  ]) {
    const labels = Uint8Array.from({ length: n }, () => (random.next() < positive ? 1 : 0));
    const groups = Int32Array.from({ length: n }, (_, i) => (random.next() < 0.2 ? i >> 3 : 1000 + i));
    const { outputs, judge, learnt, heldOut } = foldsOf({ labels, groups }, OPTIONS);
    assert.equal(outputs, 6);
    assert.equal(learnt.length, n);
    assert.deepEqual(heldOut, learnt);
    for (const value of [0, 1]) {
      const counts = new Array<number>(5).fill(0);
      judge.forEach((fold, i) => (counts[fold] += labels[i] === value ? 1 : 0));
      const expected = labels.filter((label) => label === value).length / 5;
      for (const count of counts) assert.ok(Math.abs(count - expected) <= 4, `${counts.join(' ')} for ${expected}`);
    }
    judge.forEach((fold, i) => assert.equal(fold, judge[groups.indexOf(groups[i])]));
  }
});

test('one fold is a plain split: what is judged is not learnt from', () => {
  const labels = Uint8Array.from({ length: 100 }, (_, i) => i % 2);
  const groups = Int32Array.from(labels, (_, i) => i);
  const { outputs, judge, learnt, heldOut } = foldsOf({ labels, groups }, { ...OPTIONS, folds: 1 });
  assert.deepEqual([outputs, learnt.length, heldOut.length], [1, 80, 20]);
  assert.ok(heldOut.every((row) => judge[row] === 0) && learnt.every((row) => judge[row] === -1));
});

test('a class in few groups makes few folds, each with both classes on both sides', () => {
  for (const positives of [2, 3, 4]) {
    const labels = Uint8Array.from({ length: 40 }, (_, i) => (i < positives ? 1 : 0));
    const groups = Int32Array.from(labels, (_, i) => i);
    const { outputs, judge } = foldsOf({ labels, groups }, OPTIONS);
    assert.equal(outputs, positives + 1);
    assert.deepEqual([...judge.subarray(0, positives)].sort(), [...Array(positives).keys()]);
  }
  const one = Uint8Array.of(1, 0, 0, 0);
  assert.throws(() => foldsOf({ labels: one, groups: Int32Array.of(0, 1, 2, 3) }, OPTIONS), { code: 'TOO_FEW_LABELS' });
});

test('the same seed gives the same folds, another seed others', () => {
  const labels = Uint8Array.from({ length: 60 }, (_, i) => i % 2);
  const groups = Int32Array.from(labels, (_, i) => i);
  assert.deepEqual(foldsOf({ labels, groups }, OPTIONS), foldsOf({ labels, groups }, OPTIONS));
  assert.notDeepEqual(
    foldsOf({ labels, groups }, { ...OPTIONS, seed: 2 }).judge,
    foldsOf({ labels, groups }, OPTIONS).judge,
  );
});
