import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';

import { WinnowError } from '../../src/errors.js';
import { hammingDistance } from '../../src/images/phash.js';
import { inspect, readFileBytes } from '../../src/images/read.js';
import { clothing } from '../support/clothing.js';
import { pattern, patternPixels, rawPng, transparentPattern } from '../fixtures/pictures.js';

const LIMITS = { pixels: 1_000_000, bytes: 1_000_000 };

const failsWith = (code: string) => (error: unknown) => error instanceof WinnowError && error.code === code;

test('reads all bytes of a file, up to the limit', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'winnow-read-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, 'file');
  for (const size of [1, 10_000, 999_999]) {
    const bytes = Buffer.alloc(size, 'abc');
    await writeFile(path, bytes);
    assert.ok((await readFileBytes(path, LIMITS)).equals(bytes), `${size} bytes`);
  }
  await appendFile(path, 'a');
  assert.equal((await readFileBytes(path, LIMITS)).length, LIMITS.bytes);
  await appendFile(path, 'a');
  await assert.rejects(readFileBytes(path, LIMITS), failsWith('TOO_MANY_BYTES'));
  await writeFile(path, '');
  await assert.rejects(readFileBytes(path, LIMITS), failsWith('EMPTY_FILE'));
  await assert.rejects(readFileBytes(join(directory, 'nothing'), LIMITS), failsWith('VANISHED'));
  await assert.rejects(readFileBytes(join(path, 'below a file'), LIMITS), failsWith('VANISHED'));
  await assert.rejects(readFileBytes(directory, LIMITS), failsWith('NOT_A_FILE'));
  await assert.rejects(readFileBytes('/dev/null', LIMITS), failsWith('NOT_A_FILE'));
});

test('the facts of a picture', async () => {
  const bytes = await pattern(200, 100).jpeg().toBuffer();
  const { phash, ...facts } = await inspect(bytes, LIMITS);
  assert.deepEqual(facts, {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    format: 'JPEG',
    width: 200,
    height: 100,
    orientation: 1,
    frames: 1,
  });
  assert.equal(BigInt.asIntN(64, phash), phash);
});

test('the limit of pixels counts, not the shape', async () => {
  const black = (width: number, height: number) =>
    rawPng({ width, height, depth: 1, colour: 'GREY', lines: Buffer.alloc(height * (1 + Math.ceil(width / 8))) });
  assert.equal((await inspect(black(1000, 1000), LIMITS)).width, 1000);
  assert.equal((await inspect(black(50_000, 20), LIMITS)).width, 50_000);
  await assert.rejects(inspect(black(1001, 1000), LIMITS), failsWith('TOO_MANY_PIXELS'));
  await assert.rejects(inspect(black(50_000, 21), LIMITS), failsWith('TOO_MANY_PIXELS'));
});

test('a picture turned by EXIF has the facts and the hash of the upright one', async () => {
  const upright = await inspect(await pattern(300, 200).jpeg().toBuffer(), LIMITS);
  const pixels = { raw: { width: 300, height: 200, channels: 3 } } as const;
  const lying = await sharp(await sharp(patternPixels(300, 200), pixels).rotate(270).toBuffer(), {
    raw: { width: 200, height: 300, channels: 3 },
  })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const facts = await inspect(lying, LIMITS);
  assert.deepEqual([facts.width, facts.height, facts.orientation], [300, 200, 6]);
  assert.ok(hammingDistance(facts.phash, upright.phash) <= 2);
});

test('colours that are hidden under transparency do not change the hash', async () => {
  const [width, height] = [120, 80];
  const pixels = await transparentPattern(width, height).raw().toBuffer();
  const raw = { raw: { width, height, channels: 4 } } as const;
  const colourful = await inspect(await sharp(pixels, raw).png().toBuffer(), LIMITS);
  for (let at = 0; at < pixels.length; at += 4) if (pixels[at + 3] === 0) pixels.fill(0, at, at + 3);
  const black = await inspect(await sharp(pixels, raw).png().toBuffer(), LIMITS);
  assert.notEqual(colourful.sha256, black.sha256);
  assert.equal(colourful.phash, black.phash);
});

test('nothing but the six loaders can run, even past the check of the first bytes', async () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  );
  await assert.rejects(inspect(svg, LIMITS), failsWith('UNSUPPORTED_FORMAT'));
  await assert.rejects(sharp(svg).png().toBuffer(), /unsupported image format|blocked/);
});

test('all photographs are readable, and every one cut in half is found', async (t) => {
  const folder = clothing(t);
  if (!folder) return;
  const names = (await readdir(join(folder, 'shoes'))).slice(0, 40);
  for (const name of names) {
    const bytes = await readFileBytes(join(folder, 'shoes', name), LIMITS);
    assert.equal((await inspect(bytes, LIMITS)).format, 'JPEG');
    const half = bytes.subarray(0, bytes.length >> 1);
    await assert.rejects(inspect(half, LIMITS), failsWith('TRUNCATED'), name);
    const zeroed = Buffer.concat([half, Buffer.alloc(bytes.length - half.length)]);
    await assert.rejects(inspect(zeroed, LIMITS), failsWith('TRUNCATED'), name);
  }
});
