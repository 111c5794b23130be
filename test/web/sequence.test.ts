import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { Sequence } from '../../src/web/wall/sequence';
import type { Segment, Tile } from '../../src/web/wall/sequence';

interface Request {
  readonly what: 'read' | 'skip';
  readonly first: number;
  readonly after: string | null;
}

/** Pictures named by their number; the cursor of a picture is its number. */
function numbered(from: number, count: number, requests: Request[]): Segment {
  const start = (after: string | null) => (after === null ? from : Number(after) + 1);
  return {
    count,
    read: async (first, after, signal) => {
      requests.push({ what: 'read', first, after });
      await setImmediate();
      signal.throwIfAborted();
      const tiles = Array.from({ length: first }, (_, i) => ({ id: String(start(after) + i) }) as Tile);
      return { tiles, end: tiles.at(-1)?.id ?? null };
    },
    skip: async (first, after, signal) => {
      requests.push({ what: 'skip', first, after });
      await setImmediate();
      signal.throwIfAborted();
      return String(start(after) + first - 1);
    },
  };
}

function sequenceOf(segments: Segment[]): Sequence {
  return new Sequence(segments, (error) => assert.fail(String(error)));
}

async function settled(): Promise<void> {
  for (let i = 0; i < 300; i += 1) await setImmediate();
}

test('gives what is wanted, over the border of two segments', async () => {
  const sequence = sequenceOf([numbered(0, 150, []), numbered(150, 0, []), numbered(150, 1000, [])]);
  assert.equal(sequence.length, 1150);
  assert.equal(sequence.at(0), undefined);
  sequence.want(90, 260);
  await settled();
  for (const index of [0, 99, 100, 149, 150, 259, 349]) assert.equal(sequence.at(index)?.id, String(index));
  assert.equal(sequence.at(350), undefined);
  assert.equal(sequence.at(1150), undefined);
  assert.equal(sequence.at(-1), undefined);
});

test('goes far without reading what lies between, and not twice the same way', async () => {
  const requests: Request[] = [];
  const sequence = sequenceOf([numbered(0, 100_000, requests)]);
  sequence.want(50_000, 50_020);
  await settled();
  assert.equal(sequence.at(50_019)?.id, '50019');
  assert.equal(requests.filter(({ what }) => what === 'skip').length, 100);
  assert.deepEqual(requests.slice(100), [{ what: 'read', first: 100, after: '49999' }]);
  sequence.want(50_600, 50_620);
  await settled();
  assert.equal(sequence.at(50_600)?.id, '50600');
  assert.deepEqual(
    requests.slice(101).map(({ what }) => what),
    ['skip', 'read'],
  );
});

test('lets go of what is far away', async () => {
  const sequence = sequenceOf([numbered(0, 10_000, [])]);
  sequence.want(0, 50);
  await settled();
  assert.equal(sequence.at(0)?.id, '0');
  sequence.want(5_000, 5_050);
  await settled();
  assert.equal(sequence.at(0), undefined);
  assert.equal(sequence.at(5_000)?.id, '5000');
});

test('what is wanted no more is read no further', async () => {
  const requests: Request[] = [];
  const sequence = sequenceOf([numbered(0, 100_000, requests)]);
  sequence.want(90_000, 90_100);
  await setImmediate();
  sequence.want(0, 100);
  await settled();
  assert.equal(sequence.at(0)?.id, '0');
  assert.equal(sequence.at(90_000), undefined);
  assert.ok(requests.length < 10, `${requests.length} requests`);
});
