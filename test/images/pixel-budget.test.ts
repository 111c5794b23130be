import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';

import { PixelBudget } from '../../src/images/pixel-budget.js';

test('the pixels under way stay within the limit, and all work gets done in order', async () => {
  const budget = new PixelBudget();
  const order: number[] = [];
  let underWay = 0;
  let most = 0;
  const sizes = Array.from({ length: 60 }, (_, index) => (index * 37) % 101);
  await Promise.all(
    sizes.map((pixels, index) =>
      budget.run(pixels, 100, async () => {
        order.push(index);
        underWay += Math.min(pixels, 100);
        most = Math.max(most, underWay);
        await sleep(1);
        underWay -= Math.min(pixels, 100);
      }),
    ),
  );
  assert.ok(most <= 100 && most > 60, `at most ${most} were under way`);
  assert.deepEqual(
    order,
    sizes.map((_, index) => index),
  );
});

test('a failure gives its pixels back, and what is over the limit runs alone', async () => {
  const budget = new PixelBudget();
  await assert.rejects(
    budget.run(100, 100, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(await budget.run(500, 100, () => Promise.resolve('done')), 'done');
  assert.equal(await budget.run(100, 100, () => Promise.resolve('again')), 'again');
});
