import assert from 'node:assert/strict';
import { test } from 'node:test';

import { baseName, counted, difference, percent, score, threshold } from '../../src/web/words';

test('scores are cut off, so that none reads as if it reached a threshold that it does not', () => {
  assert.deepEqual([0.4999, 0.65, 0.6499, 1, 0].map(Math.fround).map(score), [
    '0.499',
    '0.650',
    '0.649',
    '1.000',
    '0.000',
  ]);
  assert.equal(score(null), '');
});

test('thresholds have the decimals that they need, two at least', () => {
  assert.deepEqual([0, 0.5, 0.65, 0.655, 0.65534, 1].map(threshold), [
    '0.00',
    '0.50',
    '0.65',
    '0.655',
    '0.6553',
    '1.00',
  ]);
});

test('numbers read as people write them', () => {
  assert.deepEqual([counted(1, 'picture'), counted(12_345, 'picture')], ['1 picture', '12,345 pictures']);
  assert.deepEqual([difference(0), difference(1_200), difference(-3)], ['0', '+1,200', '\u22123']);
  assert.deepEqual([percent(1), percent(0.945), percent(null)], ['100%', '94.5%', '\u2013']);
  assert.equal(baseName('/a/b/c.jpg'), 'c.jpg');
});
