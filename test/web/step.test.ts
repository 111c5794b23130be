import assert from 'node:assert/strict';
import { test } from 'node:test';

import { step } from '../../src/web/wall/step';

test('keys lead over a wall of four columns with ten pictures', () => {
  const to = (key: string, from: number) => step(key, from, 4, 2, 10);
  assert.deepEqual([to('ArrowRight', 3), to('ArrowLeft', 0), to('ArrowRight', 9)], [4, 0, 9]);
  assert.deepEqual([to('ArrowDown', 1), to('ArrowUp', 5), to('ArrowUp', 2)], [5, 1, 2]);
  // From above the gap in the last row to the last picture; from the last row nowhere.
  assert.deepEqual([to('ArrowDown', 7), to('ArrowDown', 9)], [9, 9]);
  assert.deepEqual([to('PageDown', 1), to('PageUp', 9), to('Home', 7), to('End', 0)], [9, 1, 0, 9]);
  assert.equal(to('x', 0), null);
  assert.equal(step('End', 0, 4, 2, 0), null);
});
