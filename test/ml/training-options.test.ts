import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEFAULT_TRAIN_OPTIONS, parseTrainOptions } from '../../src/ml/training-options.js';

test('what is missing is filled with the defaults of the head', () => {
  assert.deepEqual(parseTrainOptions({}), DEFAULT_TRAIN_OPTIONS.LINEAR);
  assert.deepEqual(parseTrainOptions({ head: 'MLP', seed: 7 }), { ...DEFAULT_TRAIN_OPTIONS.MLP, seed: 7 });
  assert.deepEqual(parseTrainOptions({ epochs: undefined, l2: null }), DEFAULT_TRAIN_OPTIONS.LINEAR);
});

test('the defaults pass their own checks', () => {
  for (const options of Object.values(DEFAULT_TRAIN_OPTIONS)) assert.deepEqual(parseTrainOptions(options), options);
});

test('what is out of range is refused by name', () => {
  const refused: [object, RegExp][] = [
    [{ head: 'linear' }, /^head must be LINEAR or MLP, but is "linear"\.$/],
    [{ epochs: 0 }, /^epochs must be a whole number from 1 to 10000, but is 0\.$/],
    [{ epochs: 1.5 }, /^epochs/],
    [{ batchSize: '32' }, /^batchSize .*"32"/],
    [{ learningRate: 0 }, /^learningRate must be a number above 0/],
    [{ learningRate: Infinity }, /^learningRate/],
    [{ l2: -0.1 }, /^l2 must be a number from 0 to 1000/],
    [{ learningRate: 1e30 }, /^learningRate must be a number above 0, at most 10/],
    [{ seed: 2 ** 32 }, /^seed must be a whole number from 0 to 4294967295/],
    [{ validationShare: 0.6 }, /^validationShare must be a number from 0.05 to 0.5/],
    [{ folds: 0 }, /^folds must be a whole number from 1 to 20/],
    [{ calibration: 'none' }, /^calibration must be NONE, LABELS or COLLECTION/],
    [{ patience: -1 }, /^patience/],
    [{ dropout: 0.5 }, /^There is no train option dropout\. The options are head, epochs/],
  ];
  for (const [input, message] of refused)
    assert.throws(() => parseTrainOptions(input), { code: 'BAD_INPUT', message }, JSON.stringify(input));
});

test('a linear head has as many folds as the share makes, unless told; an MLP has one', () => {
  assert.equal(parseTrainOptions({ validationShare: 0.5 }).folds, 2);
  assert.equal(parseTrainOptions({ validationShare: 0.05 }).folds, 20);
  assert.equal(parseTrainOptions({ validationShare: 0.5, folds: 7 }).folds, 7);
  assert.equal(parseTrainOptions({ head: 'MLP', validationShare: 0.5 }).folds, 1);
});
