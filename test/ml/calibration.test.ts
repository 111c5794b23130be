import assert from 'node:assert/strict';
import { test } from 'node:test';

import { calibratedScore, fitCalibration, type HeldOut } from '../../src/ml/calibration.js';
import { sigmoid } from '../../src/ml/metrics.js';
import { createRandom } from '../../src/ml/random.js';
import { calibrationMetrics } from '../../src/ml/reliability.js';

const NONE = new Float32Array(0);

/** Two normal distributions whose true log odds, at balance 1/2, are slope * logit + intercept. */
function drawn(n: number, balance: number, { slope = 2, intercept = 1, distance = 2.5, seed = 1 } = {}): HeldOut {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: n }, (_, i) => (i < Math.round(n * balance) ? 1 : 0));
  random.shuffle(labels as unknown as Int32Array);
  const logits = Float32Array.from(labels, (label) => {
    const x = random.normal() + (label === 1 ? distance / 2 : -distance / 2);
    return (distance * x - intercept) / slope;
  });
  return { logits, labels };
}

test('Platt scaling finds slope and intercept', () => {
  const { slope, intercept, kind, balance } = fitCalibration(drawn(20_000, 0.5), NONE, 'LABELS');
  assert.ok(Math.abs(slope - 2) < 0.1 && Math.abs(intercept - 1) < 0.1, `${slope} ${intercept}`);
  assert.deepEqual([kind, balance], ['LABELS', 0.5]);
});

test('the balance of the collection is found from logits alone, whatever it is', () => {
  for (const truth of [0.02, 0.05, 0.3, 0.5, 0.9]) {
    const { balance, kind } = fitCalibration(drawn(2000, 0.5), drawn(2000, truth, { seed: 2 }).logits, 'COLLECTION');
    assert.equal(kind, 'COLLECTION');
    assert.ok(Math.abs(balance! - truth) < 0.035, `${balance} for ${truth}`);
  }
});

test('calibrated scores are right where the balance is another: the error falls to a fraction', () => {
  const calibration = fitCalibration(drawn(200, 0.5), drawn(2000, 0.05, { seed: 2 }).logits, 'COLLECTION');
  const { logits, labels } = drawn(20_000, 0.05, { seed: 3 });
  const off = (score: (logit: number) => number): number =>
    logits.reduce((sum, logit, i) => sum + score(logit) - labels[i], 0) / labels.length;
  assert.ok(off(sigmoid) > 0.05);
  assert.ok(Math.abs(off((logit) => calibratedScore(calibration, logit))) < 0.02);
  const metrics = calibrationMetrics(drawn(200, 0.5), calibration);
  assert.ok(metrics.calibrationError! < metrics.uncalibratedCalibrationError! / 2);
  assert.ok(metrics.brier! < metrics.uncalibratedBrier!);
});

test('where there is too little to go by, less is done, and the reason said', () => {
  const sample = drawn(500, 0.1, { seed: 2 }).logits;
  const few = fitCalibration(drawn(18, 0.5), sample, 'COLLECTION');
  assert.equal(few.kind, 'NONE');
  assert.match(few.reason!, /Only 9 held-out labels of one class/);
  assert.equal(calibratedScore(few, 0.3), sigmoid(0.3));
  const unknown = fitCalibration(drawn(200, 0.5), sample.subarray(0, 49), 'COLLECTION');
  assert.equal(unknown.kind, 'LABELS');
  assert.match(unknown.reason!, /Only 49 unlabelled images could be looked at/);
  const blind = fitCalibration(drawn(200, 0.5, { distance: 0.3 }), sample, 'COLLECTION');
  assert.equal(blind.kind, 'LABELS');
  assert.match(blind.reason!, /The held-out AUC is 0\.\d+, too low/);
  assert.deepEqual(fitCalibration(drawn(200, 0.5), sample, 'NONE').reason, null);
});

test('classes that are wholly apart, and logits that all say the opposite, keep every number finite and the order', () => {
  const labels = Uint8Array.from({ length: 60 }, (_, i) => i % 2);
  for (const factor of [1e-4, 1, 1e4, -1]) {
    const logits = Float32Array.from(labels, (label) => factor * (label === 1 ? 1 : -1));
    const { slope, intercept } = fitCalibration({ logits, labels }, logits, 'COLLECTION');
    assert.ok(slope > 0 && Number.isFinite(slope) && Number.isFinite(intercept), `${factor}: ${slope} ${intercept}`);
  }
});
