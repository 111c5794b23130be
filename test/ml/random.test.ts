import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRandom } from '../../src/ml/random.js';

test('a seed gives the same numbers for ever', () => {
  const random = createRandom(42);
  assert.deepEqual(
    [random.next(), random.next(), random.next()],
    [0.6011037519201636, 0.44829055899754167, 0.8524657934904099],
  );
  assert.notEqual(createRandom(43).next(), createRandom(42).next());
});

test('numbers are uniform in [0, 1) and normal', () => {
  const random = createRandom(1);
  const uniform = Array.from({ length: 20_000 }, () => random.next());
  assert.ok(uniform.every((x) => x >= 0 && x < 1));
  assert.ok(Math.abs(mean(uniform) - 0.5) < 0.01);
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  assert.ok(Math.abs(mean(normal)) < 0.03);
  assert.ok(Math.abs(mean(normal.map((x) => x * x)) - 1) < 0.05);
});

test('a shuffle keeps every item and favours no place', () => {
  const random = createRandom(5);
  const places = new Int32Array(5);
  for (let round = 0; round < 5000; round++) {
    const shuffled = random.shuffle(Int32Array.of(0, 1, 2, 3, 4));
    assert.deepEqual(shuffled.toSorted(), Int32Array.of(0, 1, 2, 3, 4));
    places[shuffled.indexOf(0)]++;
  }
  for (const count of places) assert.ok(Math.abs(count - 1000) < 120, `${[...places].join(' ')}`);
});

function mean(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}
