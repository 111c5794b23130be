import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Curve, snap } from '../../src/web/screen/curve';
import type { CurvePoint } from '../../src/web/screen/curve';
import { before, rangesFrom } from '../../src/web/screen/ranges';

/** The curve of these scores, as the API would give it, without labels. */
function curveOf(scores: readonly number[]): Curve {
  const points = Array.from({ length: 1001 }, (_, i): CurvePoint => {
    const above = scores.filter((score) => score >= Math.fround(i / 1000)).length;
    return { above, kept: above, dropped: scores.length - above, precision: i / 1000, recall: 1 - i / 1000 };
  });
  return new Curve(points);
}

const SCORES = [0, 0.0004, 0.1, 0.4999, 0.5, 0.5, 0.5004, 0.65, 0.9, 0.9999, 1, 1].map(Math.fround);

test('decides at any threshold that the curve has a point for', () => {
  const curve = curveOf(SCORES);
  assert.deepEqual(curve.at(0.5), { threshold: 0.5, kept: 8, dropped: 4, precision: 0.5, recall: 0.5 });
  assert.equal(curve.at(0).kept, 12);
  assert.equal(curve.at(1).kept, 2);
  assert.equal(curve.flips(0.5, 0.65), 3);
  assert.equal(curve.flips(0.65, 0.5), 3);
});

test('between two points it estimates, until it has learnt', () => {
  const curve = curveOf(SCORES);
  assert.equal(curve.isKnown(0.65), true);
  assert.equal(curve.isKnown(0.5003), false);
  curve.learn(0.5003, { above: 6, kept: 6 });
  assert.equal(curve.isKnown(0.5003), true);
  assert.equal(curve.at(0.5003).kept, 6);
  assert.equal(curve.at(0.5003).precision, 0.5);
});

test('the histogram has every score in one bar, 1 included', () => {
  const bars = curveOf(SCORES).histogram(200);
  assert.equal(bars.length, 200);
  assert.deepEqual([bars[0], bars[20], bars[99], bars[100], bars[130], bars[180], bars[199]], [2, 1, 1, 3, 1, 1, 3]);
  assert.equal(
    bars.reduce((sum, bar) => sum + bar, 0),
    SCORES.length,
  );
});

test('thresholds step by 0.001 within 0 and 1', () => {
  assert.deepEqual([0.65049, 0.1 + 0.2, -1, 2].map(snap), [0.65, 0.3, 0, 1]);
});

test('the walls divide the scores in ranges that share nothing and leave nothing out', () => {
  const random = Array.from({ length: 5_000 }, (_, i) => Math.fround(Math.abs(Math.sin(i * i)) ** 0.3));
  for (const scores of [SCORES, random]) {
    const curve = curveOf(scores);
    for (const threshold of [0, 0.001, 0.5, 0.5003, 0.999, 1]) {
      const kept = scores.filter((score) => score >= Math.fround(threshold)).length;
      curve.learn(threshold, { above: kept, kept });
      for (const side of ['ABOVE', 'BELOW'] as const) {
        const ranges = rangesFrom(curve, threshold, side, 100);
        for (const { min, max, count } of ranges) {
          assert.equal(scores.filter((score) => score >= Math.fround(min) && score <= Math.fround(max)).length, count);
        }
        const expected = side === 'ABOVE' ? kept : scores.length - kept;
        assert.equal(
          ranges.reduce((sum, { count }) => sum + count, 0),
          expected,
          `${side} ${threshold}`,
        );
      }
    }
  }
});

test('the score before a threshold is the next smaller one that there is', () => {
  assert.ok(before(0.65) < Math.fround(0.65));
  assert.equal(Math.fround(before(0.65) + 2 ** -24), Math.fround(0.65));
});
