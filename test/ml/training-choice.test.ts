import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseEpoch } from '../../src/ml/training-choice.js';

const LABELS = Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0);

test('the lowest validation loss leads, and an epoch clearly above it is not chosen', () => {
  const choice = chooseEpoch(LABELS);
  assert.equal(choice.lowest(), 0);
  choice.offer(1, right(1));
  choice.offer(2, right(3));
  choice.offer(3, right(2));
  assert.equal(choice.lowest(), 2);
  assert.deepEqual(choice.chosen().logits, right(3));
});

test('of epochs that cannot be told apart from the lowest, the latest is chosen', () => {
  const choice = chooseEpoch(LABELS);
  choice.offer(1, right(3));
  // Better on six labels, worse on one: above on average, by less than chance would explain.
  choice.offer(2, Float32Array.of(3.1, 3.1, 3.1, 3.1, -3.1, -3.1, -3.1, -2.3));
  choice.offer(3, right(2));
  assert.equal(choice.lowest(), 1);
  assert.equal(choice.chosen().epoch, 2);
});

test('an epoch before a new lowest is forgotten', () => {
  const choice = chooseEpoch(LABELS);
  for (let epoch = 1; epoch <= 5; epoch++) choice.offer(epoch, right(epoch));
  assert.equal(choice.lowest(), 5);
  assert.equal(choice.chosen().epoch, 5);
});

test('no epoch, no choice', () => {
  assert.throws(() => chooseEpoch(LABELS).chosen(), /no epoch was offered/);
});

/** Logits that are all right by the same margin. */
function right(margin: number): Float32Array {
  return Float32Array.from(LABELS, (label) => (label === 1 ? margin : -margin));
}
