import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRandom } from '../../src/ml/random.js';
import { stratifiedGroupSplit } from '../../src/ml/split.js';

test('parts 100 + 100 single pictures 80 to 20 in each class, and another seed parts them otherwise', () => {
  const labels = Uint8Array.from({ length: 200 }, (_, i) => i % 2);
  const groups = Int32Array.from(labels, (_, i) => i);
  const split = stratifiedGroupSplit(labels, groups, 0.2, 1);
  assert.equal(split.training.length, 160);
  assert.equal(positives(split.validation, labels), 20);
  assert.equal(split.validation.length, 40);
  assert.deepEqual(stratifiedGroupSplit(labels, groups, 0.2, 1), split);
  assert.notDeepEqual(stratifiedGroupSplit(labels, groups, 0.2, 2), split);
});

test('never parts a group, keeps both classes on both sides and comes as near to the share as whole groups allow', () => {
  let worst = 0;
  for (let seed = 0; seed < 300; seed++) {
    const random = createRandom(seed);
    const groupCount = 4 + Math.floor(random.next() * 7);
    const labels: number[] = [];
    const groups: number[] = [];
    for (let group = 0; group < groupCount; group++) {
      const size = 1 + Math.floor(random.next() ** 3 * 12);
      const mixed = random.next() < 0.2;
      for (let i = 0; i < size; i++) {
        labels.push(mixed ? Number(random.next() < 0.5) : group % 2);
        groups.push(group * 7 - 3);
      }
    }
    const [y, g] = [Uint8Array.from(labels), Int32Array.from(groups)];
    if (!possible(y, g)) continue;
    const share = 0.1 + random.next() * 0.4;
    const { training, validation } = stratifiedGroupSplit(y, g, share, seed);

    assert.deepEqual(
      Int32Array.from([...training, ...validation]).sort(),
      Int32Array.from(y, (_, i) => i),
    );
    const held = new Set([...validation].map((i) => g[i]));
    assert.ok(
      [...training].every((i) => !held.has(g[i])),
      `seed ${seed}: a group on both sides`,
    );
    for (const part of [training, validation]) {
      const count = positives(part, y);
      assert.ok(count > 0 && count < part.length, `seed ${seed}: a class is missing`);
    }
    worst = Math.max(worst, distance(held, y, g, share) - best(y, g, share));
  }
  assert.ok(worst < 1e-9, `off the best possible by ${worst}`);
});

test('20,000 labels in groups of many sizes are parted at once', () => {
  const random = createRandom(3);
  const labels = new Uint8Array(20_000);
  const groups = new Int32Array(20_000);
  for (let i = 0, group = 0; i < labels.length; group++) {
    const size = random.next() < 0.8 ? 1 : 1 + Math.floor(random.next() ** 4 * 150);
    for (let k = 0; k < size && i < labels.length; k++, i++) {
      groups[i] = group;
      labels[i] = Number(random.next() < (group % 3 === 0 ? 0.9 : 0.05));
    }
  }
  const start = performance.now();
  const { validation } = stratifiedGroupSplit(labels, groups, 0.2, 1);
  assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
  const everything = Int32Array.from(labels, (_, i) => i);
  assert.ok(Math.abs(positives(validation, labels) / positives(everything, labels) - 0.2) < 0.001);
});

test('says what is missing when it cannot part', () => {
  const split = (labels: number[], groups: number[]) => () =>
    stratifiedGroupSplit(Uint8Array.from(labels), Int32Array.from(groups), 0.2, 1);
  assert.throws(split([], []), { code: 'ONE_CLASS_ONLY', message: /there are no labels/ });
  assert.throws(split([1, 1, 1], [0, 1, 2]), {
    code: 'ONE_CLASS_ONLY',
    message: /all 3 labels are positive.*Label some negative/,
  });
  assert.throws(split([0, 0], [0, 1]), { code: 'ONE_CLASS_ONLY', message: /all 2 labels are negative/ });
  assert.throws(split([1, 0, 0], [0, 1, 2]), {
    code: 'TOO_FEW_LABELS',
    message: /2 different positive pictures.*got 1 \(labels: 1 positive, 2 negative\)/,
  });
  assert.throws(split([1, 1, 0, 0, 0], [0, 1, 2, 2, 2]), {
    code: 'TOO_FEW_LABELS',
    message: /negative.*got 3, and they all look the same/,
  });
});

test('the least that can be parted is parted', () => {
  const { training, validation } = stratifiedGroupSplit(
    Uint8Array.of(1, 1, 0, 0, 0),
    Int32Array.of(0, 1, 1, 2, 2),
    0.1,
    9,
  );
  assert.deepEqual([[...training], [...validation]].sort().map(String), ['0,3,4', '1,2']);
});

function positives(indices: Int32Array, labels: Uint8Array): number {
  return indices.reduce((sum, i) => sum + labels[i], 0);
}

function possible(labels: Uint8Array, groups: Int32Array): boolean {
  return [0, 1].every((label) => new Set(groups.filter((_, i) => labels[i] === label)).size >= 2);
}

function distance(held: Set<number>, labels: Uint8Array, groups: Int32Array, share: number): number {
  const held01 = [0, 0];
  const all01 = [0, 0];
  labels.forEach((label, i) => {
    all01[label]++;
    if (held.has(groups[i])) held01[label]++;
  });
  if ([0, 1].some((label) => held01[label] === 0 || held01[label] === all01[label])) return Infinity;
  return Math.abs(held01[0] / all01[0] - share) + Math.abs(held01[1] / all01[1] - share);
}

/** The least distance over all ways of choosing groups. */
function best(labels: Uint8Array, groups: Int32Array, share: number): number {
  const all = [...new Set(groups)];
  let least = Infinity;
  for (let choice = 0; choice < 2 ** all.length; choice++) {
    const held = new Set(all.filter((_, i) => (choice >> i) & 1));
    least = Math.min(least, distance(held, labels, groups, share));
  }
  return least;
}
