import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nearDuplicateGroups } from '../../src/ml/groups.js';
import { createRandom, type Random } from '../../src/ml/random.js';

test('two hashes share a group when they differ in at most the distance', () => {
  const base = 0x0123456789abcdefn;
  const hashes = BigInt64Array.from([base, flip(base, [0, 40]), flip(base, [1, 2, 3, 41, 42, 63]), ~base]);
  assert.deepEqual([...nearDuplicateGroups(hashes, 0)], [0, 1, 2, 3]);
  assert.deepEqual([...nearDuplicateGroups(hashes, 1)], [0, 1, 2, 3]);
  assert.deepEqual([...nearDuplicateGroups(hashes, 2)], [0, 0, 1, 2]);
  assert.deepEqual([...nearDuplicateGroups(hashes, 6)], [0, 0, 0, 1]);
});

test('groups hang together through their members', () => {
  const hashes = BigInt64Array.from([0n, 0b1111n, 0b11111111n, -1n, 0n]);
  assert.deepEqual([...nearDuplicateGroups(hashes, 4)], [0, 0, 0, 1, 0]);
});

test('bands find exactly what comparing all pairs finds', () => {
  for (let distance = 0; distance <= 16; distance++) {
    const hashes = clusters(createRandom(distance), 300, distance);
    assert.deepEqual(nearDuplicateGroups(hashes, distance), allPairs(hashes, distance), `distance ${distance}`);
  }
});

test('20,000 hashes take well under a second, however alike they are', () => {
  const random = createRandom(7);
  const same = new BigInt64Array(20_000).fill(5n);
  for (const hashes of [clusters(random, 20_000, 6), same]) {
    const start = performance.now();
    nearDuplicateGroups(hashes, 6);
    assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
  }
});

test('no hashes, no groups; a distance out of range is refused', () => {
  assert.equal(nearDuplicateGroups(new BigInt64Array(0)).length, 0);
  assert.throws(() => nearDuplicateGroups(new BigInt64Array(1), 17), /0 to 16, but is 17/);
});

/** Families of hashes: each member differs from its parent in up to distance + 1 bits. */
function clusters(random: Random, count: number, distance: number): BigInt64Array {
  const hashes = new BigInt64Array(count);
  const bits = (): number[] => Array.from({ length: distance + 1 }, () => Math.floor(random.next() * 64));
  for (let i = 0; i < count; i++) {
    hashes[i] =
      i % 3 === 0
        ? BigInt.asIntN(64, BigInt(Math.floor(random.next() * 2 ** 32)) * 0x9e3779b97f4a7c15n)
        : flip(hashes[i - 1], bits());
  }
  return hashes;
}

function flip(hash: bigint, bits: number[]): bigint {
  return BigInt.asIntN(
    64,
    bits.reduce((flipped, bit) => flipped ^ (1n << BigInt(bit)), hash),
  );
}

function allPairs(hashes: BigInt64Array, distance: number): Int32Array {
  const groups = Int32Array.from(hashes, () => -1);
  let number = 0;
  for (let first = 0; first < hashes.length; first++) {
    if (groups[first] !== -1) continue;
    const waiting = [first];
    groups[first] = number;
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      for (let j = 0; j < hashes.length; j++) {
        if (groups[j] !== -1 || differing(hashes[i], hashes[j]) > distance) continue;
        groups[j] = number;
        waiting.push(j);
      }
    }
    number++;
  }
  return groups;
}

function differing(a: bigint, b: bigint): number {
  return BigInt.asUintN(64, a ^ b)
    .toString(2)
    .replaceAll('0', '').length;
}
