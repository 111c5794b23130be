import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isFailure } from '../../src/errors.js';
import { DEFAULT_LETTERBOX, letterbox } from '../../src/images/letterbox.js';
import { inspect } from '../../src/images/read.js';
import { animatedPattern, pattern, transparentPattern } from '../fixtures/pictures.js';

const LIMITS = { pixels: 5_000_000, bytes: 100_000_000 };

test('pictures with changed bytes work or are failures, and what was inspected can be letterboxed', async () => {
  const pictures = [
    await pattern(90, 60).jpeg().toBuffer(),
    await pattern(90, 60).jpeg({ progressive: true }).toBuffer(),
    await transparentPattern(90, 60).png({ progressive: true }).toBuffer(),
    await pattern(90, 60).webp().toBuffer(),
    await animatedPattern(3, 30, 20).webp().toBuffer(),
    await animatedPattern(3, 30, 20).gif().toBuffer(),
    await pattern(90, 60).tiff({ compression: 'lzw' }).toBuffer(),
    await pattern(90, 60).tiff({ compression: 'jpeg' }).toBuffer(),
    await pattern(90, 60).avif({ effort: 0 }).toBuffer(),
  ];
  const random = randomBelow(20);
  const codes = new Map<string, number>();
  for (let round = 0; round < 360; round += 1) {
    const bytes = Buffer.from(pictures[round % pictures.length]);
    for (let change = 0; change <= random(5); change += 1) {
      bytes[random(random(3) ? Math.min(bytes.length, 300) : bytes.length)] = random(256);
    }
    const code = await inspect(bytes, LIMITS).then(
      () => 'OK',
      (error: unknown) => (isFailure(error) ? error.code : Promise.reject(error as Error)),
    );
    if (code === 'OK') await letterbox(bytes, DEFAULT_LETTERBOX, LIMITS);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  assert.ok(codes.has('OK') && codes.has('CORRUPT') && codes.has('TRUNCATED'), [...codes].join(' '));
});

/** Whole numbers below a bound, the same at every run (the constants are of Numerical Recipes, chapter 7). */
function randomBelow(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
