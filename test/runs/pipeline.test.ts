import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { inBatches, mapConcurrent } from '../../src/runs/pipeline.js';

test('every item comes out once, never more than the limit at once', async () => {
  let running = 0;
  let most = 0;
  const seen: number[] = [];
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await sleep(item % 3);
    running -= 1;
    return item;
  };
  for await (const item of mapConcurrent(counting(200), 7, work)) seen.push(item);
  assert.deepEqual(
    seen.sort((a, b) => a - b),
    Array.from({ length: 200 }, (_, i) => i),
  );
  assert.equal(most, 7);
});

test('a slow consumer holds the source back', async () => {
  let taken = 0;
  const source = counting(1000, () => (taken += 1));
  let consumed = 0;
  for await (const item of mapConcurrent(source, 4, (n) => Promise.resolve(n))) {
    void item;
    consumed += 1;
    await sleep(1);
    assert.ok(taken <= consumed + 4, `${taken} taken when ${consumed} were consumed`);
    if (consumed === 50) break;
  }
});

test('an error stops it, after what is under way has ended', async () => {
  let running = 0;
  const work = async (item: number) => {
    running += 1;
    await sleep(5);
    running -= 1;
    if (item === 9) throw new Error('nine');
    return item;
  };
  await assert.rejects(async () => {
    for await (const item of mapConcurrent(counting(100), 4, work)) void item;
  }, /nine/);
  assert.equal(running, 0);
});

test('an error of the source comes through, and an early break closes the source', async () => {
  const broken = async function* () {
    yield await Promise.resolve(1);
    throw new Error('source');
  };
  await assert.rejects(async () => {
    for await (const item of mapConcurrent(broken(), 3, (n) => Promise.resolve(n))) void item;
  }, /source/);

  let closed = false;
  const source = async function* () {
    try {
      for (let n = 0; ; n += 1) yield await Promise.resolve(n);
    } finally {
      closed = true;
    }
  };
  for await (const item of mapConcurrent(source(), 3, (n) => Promise.resolve(n))) if (item === 5) break;
  assert.ok(closed);
});

test('a signal ends it even while the consumer waits', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 20);
  await assert.rejects(async () => {
    const work = (n: number) => sleep(n === 3 ? 60 : 1).then(() => n);
    for await (const item of mapConcurrent(counting(1e9), 2, work, controller.signal)) void item;
  }, /enough/);
  await assert.rejects(mapConcurrent([1], 1, (n) => Promise.resolve(n), controller.signal).next(), /enough/);
});

test('batches have the size asked for, or come when the patience is over', async () => {
  const sizes: number[] = [];
  for await (const batch of inBatches(counting(10), 4)) sizes.push(batch.length);
  assert.deepEqual(sizes, [4, 4, 2]);

  const slow = async function* () {
    for (let n = 0; n < 6; n += 1) {
      await sleep(15);
      yield n;
    }
  };
  const many: number[] = [];
  for await (const batch of inBatches(slow(), 1000, 20)) many.push(batch.length);
  assert.ok(many.length >= 2, `batches of ${many.join(', ')}`);
});

async function* counting(count: number, onTake: () => void = () => {}): AsyncGenerator<number> {
  for (let n = 0; n < count; n += 1) {
    onTake();
    yield await Promise.resolve(n);
  }
}
