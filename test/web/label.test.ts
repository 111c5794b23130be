import assert from 'node:assert/strict';
import { test } from 'node:test';

import { paceOf } from '../../src/web/label/pace';
import { range } from '../../src/web/label/selection';

const SECOND = 1_000;

test('the pace is labels a minute, pauses left out', () => {
  const steady = Array.from({ length: 11 }, (_, i) => i * 2 * SECOND);
  assert.equal(paceOf(steady), 30);
  const afterLunch = [...steady, ...steady.map((time) => time + 3_600 * SECOND)];
  // The hour counts as twenty seconds.
  assert.equal(paceOf(afterLunch), (21 * 60) / (20 + 20 + 20));
});

test('too few labels, or all at once, have no pace', () => {
  assert.equal(paceOf([0, 1, 2, 3].map((i) => i * SECOND)), null);
  assert.equal(paceOf(new Array<number>(200).fill(5)), null);
});

test('a range goes both ways and includes its ends', () => {
  assert.deepEqual([...range(3, 5)], [3, 4, 5]);
  assert.deepEqual([...range(5, 3)], [3, 4, 5]);
  assert.deepEqual([...range(4, 4)], [4]);
});
