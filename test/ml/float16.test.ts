import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromFloat16, toFloat16 } from '../../src/ml/float16.js';

const HALVES = Uint16Array.from({ length: 0x10000 }, (_, half) => half);
const ALL = Buffer.from(HALVES.buffer);

test('every one of the 65,536 halves has the value that its bits spell', () => {
  const values = fromFloat16(ALL);
  for (const half of HALVES)
    assert.ok(Object.is(values[half], spelled(half)), `half ${half.toString(16)} is ${values[half]}`);
});

test('every half comes back as it was; all NaN as one', () => {
  const back = new Uint16Array(toFloat16(fromFloat16(ALL)).buffer);
  for (const half of HALVES) {
    const expected = Number.isNaN(spelled(half)) ? 0x7e00 : half;
    assert.equal(back[half] & (Number.isNaN(spelled(half)) ? 0x7fff : 0xffff), expected);
  }
});

test('a number between two halves becomes the nearer one, and the even one from the middle', () => {
  for (const sign of [0, 0x8000]) {
    for (let half = 0; half < 0x7c00; half++) {
      // The half after the largest finite one stands for 65,536, from where on there is infinity.
      const low = spelled(half);
      const middle = (low + (half === 0x7bff ? 65_536 : spelled(half + 1))) / 2;
      const around = Float32Array.of(low, next(middle, -1), middle, next(middle, 1)).map((x) => (sign ? -x : x));
      const even = half % 2 === 0 ? half : half + 1;
      const expected = [half, half, even, half + 1].map((bits) => bits | sign);
      assert.deepEqual([...new Uint16Array(toFloat16(around).buffer)], expected, `around ${middle}`);
    }
  }
});

test('numbers beyond the range become infinity or zero', () => {
  const halves = toFloat16(Float32Array.of(1e9, -1e9, Infinity, -Infinity, 3.4e38, 1e-20, -1e-20, 1e-45, -0));
  const expected = [0x7c00, 0xfc00, 0x7c00, 0xfc00, 0x7c00, 0, 0x8000, 0, 0x8000];
  assert.deepEqual([...new Uint16Array(halves.buffer)], expected);
});

test('values go where they are wanted, from bytes that start anywhere', () => {
  const bytes = Buffer.concat([Buffer.of(0), toFloat16(Float32Array.of(0.5, -2, 65_504))]).subarray(1);
  const into = new Float32Array(6).fill(9);
  assert.equal(fromFloat16(bytes, into, 2), into);
  assert.deepEqual([...into], [9, 9, 0.5, -2, 65_504, 9]);
  assert.deepEqual([...fromFloat16(bytes)], [0.5, -2, 65_504]);
  assert.throws(() => fromFloat16(bytes, into, 4), { code: 'INTERNAL' });
  assert.throws(() => fromFloat16(bytes.subarray(1)), { code: 'INTERNAL' });
});

test('a part of a larger array is what is written', () => {
  const part = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  assert.deepEqual([...fromFloat16(toFloat16(part))], [2, 3]);
});

/** The value of a half, bit by bit: sign, 5 bits of exponent with bias 15, 10 bits of mantissa. */
function spelled(half: number): number {
  const bits = [...half.toString(2).padStart(16, '0')].map(Number);
  const exponent = bits.slice(1, 6).reduce((sum, bit) => 2 * sum + bit, 0);
  const fraction = bits.slice(6).reduce((sum, bit, i) => sum + bit * 2 ** -(i + 1), 0);
  const sign = bits[0] === 1 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** The float32 next to a positive one, up or down. */
function next(value: number, step: 1 | -1): number {
  const floats = Float32Array.of(value);
  new Uint32Array(floats.buffer)[0] += step;
  return floats[0];
}
