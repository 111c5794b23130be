import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';

import { hammingDistance } from '../../src/images/phash.js';
import { inspect } from '../../src/images/read.js';
import { clothing } from '../support/clothing.js';
import { pattern } from '../fixtures/pictures.js';

const LIMITS = { pixels: 100_000_000, bytes: 100_000_000 };
const hash = async (bytes: Buffer) => (await inspect(bytes, LIMITS)).phash;

test('the Hamming distance counts bits of signed and unsigned numbers alike', () => {
  assert.equal(hammingDistance(0n, 0n), 0);
  assert.equal(hammingDistance(-1n, 0n), 64);
  assert.equal(hammingDistance(-1n, 0xffffffffffffffffn), 0);
  assert.equal(hammingDistance(1n << 63n, -(1n << 63n)), 0);
  let state = 12345n;
  for (let round = 0; round < 200; round += 1) {
    const a = (state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn);
    const b = (state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn);
    const expected = [...(a ^ b).toString(2)].filter((bit) => bit === '1').length;
    assert.equal(hammingDistance(BigInt.asIntN(64, a), b), expected);
  }
});

test('flat and symmetric pictures keep their hash when they are compressed again', async () => {
  const flat = sharp({ create: { width: 300, height: 200, channels: 3, background: '#77aa22' } });
  assert.equal(await hash(await flat.clone().png().toBuffer()), 0n);
  assert.equal(await hash(await flat.clone().jpeg({ quality: 20 }).toBuffer()), 0n);
  const half = await pattern(100, 100).png().toBuffer();
  const mirrored = sharp({ create: { width: 200, height: 100, channels: 3, background: '#000000' } }).composite([
    { input: half, left: 0, top: 0 },
    { input: await sharp(half).flop().toBuffer(), left: 100, top: 0 },
  ]);
  const first = await hash(await mirrored.clone().png().toBuffer());
  const again = await hash(await mirrored.clone().jpeg({ quality: 50 }).toBuffer());
  assert.ok(hammingDistance(first, again) <= 3);
});

test('photographs: the same one differs in few bits, others in many', async (t) => {
  const folder = clothing(t);
  if (!folder) return;
  const hashes: bigint[] = [];
  for (const kind of ['dress', 'hat', 'shoes', 't-shirt']) {
    for (const name of (await readdir(join(folder, kind))).sort().slice(0, 10)) {
      const bytes = await readFile(join(folder, kind, name));
      const original = await hash(bytes);
      const { width } = await sharp(bytes).metadata();
      const small = await hash(
        await sharp(bytes)
          .resize(width >> 1)
          .jpeg({ quality: 80 })
          .toBuffer(),
      );
      const poor = await hash(await sharp(bytes).jpeg({ quality: 50 }).toBuffer());
      const webp = await hash(await sharp(bytes).webp({ quality: 60 }).toBuffer());
      assert.ok(hammingDistance(original, poor) <= 3, `${name} at quality 50`);
      assert.ok(hammingDistance(original, small) <= 6, `${name} at half size`);
      assert.ok(hammingDistance(original, webp) <= 8, `${name} as WebP`);
      hashes.push(original);
    }
  }
  const distances = hashes.flatMap((a, index) => hashes.slice(0, index).map((b) => hammingDistance(a, b)));
  assert.ok(Math.min(...distances) >= 9, `nearest ${Math.min(...distances)}`);
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  assert.ok(mean > 28 && mean < 34, `mean ${mean}`);
});
