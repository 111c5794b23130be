import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import type { Sharp } from 'sharp';

import type { LetterboxSpec } from '../../src/images/letterbox.js';
import {
  decodeSquare,
  DEFAULT_LETTERBOX,
  letterbox,
  letterboxFingerprint,
  parseLetterbox,
} from '../../src/images/letterbox.js';
import { clothing } from '../support/clothing.js';
import { pattern, rawPng, transparentPattern } from '../fixtures/pictures.js';

const LIMITS = { pixels: 100_000_000, bytes: 100_000_000 };
type Rgb = readonly [number, number, number];

const flat = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } });

/** The pixel at (x, y) of the square of a picture. */
async function squareOf(image: Buffer, spec: Partial<LetterboxSpec> = {}) {
  const whole = parseLetterbox(spec);
  const pixels = await decodeSquare(await letterbox(image, whole, LIMITS), whole.size);
  return (x: number, y: number): Rgb => {
    const at = (y * whole.size + x) * 3;
    return [pixels[at], pixels[at + 1], pixels[at + 2]];
  };
}

function assertNear(actual: Rgb, expected: Rgb, tolerance: number, what: string): void {
  const worst = Math.max(...actual.map((value, channel) => Math.abs(value - expected[channel])));
  assert.ok(worst <= tolerance, `${what}: ${actual.join()} instead of ${expected.join()}`);
}

test('a square is exactly size x size, whatever the picture', async () => {
  for (const [width, height] of [
    [1, 1],
    [1, 9999],
    [9999, 1],
    [2, 3],
    [223, 224],
    [225, 224],
    [447, 449],
    [1001, 333],
    [400, 533],
  ]) {
    for (const size of [1, 7, 224, 299]) {
      const jpeg = await letterbox(
        await flat(width, height, '#808080').png().toBuffer(),
        parseLetterbox({ size }),
        LIMITS,
      );
      assert.equal((await decodeSquare(jpeg, size)).length, size * size * 3, `${width}x${height} to ${size}`);
    }
  }
});

test('the picture lies at the top left, the rest is black', async () => {
  const wide = await squareOf(await flat(400, 200, '#ffffff').png().toBuffer());
  assertNear(wide(0, 0), [255, 255, 255], 2, 'top left');
  assertNear(wide(223, 111), [255, 255, 255], 2, 'last row of the picture');
  assertNear(wide(0, 112), [0, 0, 0], 2, 'first row of the pad');
  assertNear(wide(223, 223), [0, 0, 0], 0, 'bottom right');
  const tall = await squareOf(await flat(200, 400, '#ffffff').png().toBuffer());
  assertNear(tall(111, 223), [255, 255, 255], 2, 'last column of the picture');
  assertNear(tall(112, 0), [0, 0, 0], 2, 'first column of the pad');
});

test('a small picture is enlarged until it fills the square', async () => {
  const square = await squareOf(await flat(10, 5, '#ffffff').png().toBuffer());
  assertNear(square(223, 111), [255, 255, 255], 2, 'enlarged');
  assertNear(square(223, 113), [0, 0, 0], 2, 'pad');
});

test('centre and other colours by option', async () => {
  const square = await squareOf(await flat(100, 50, '#00ff00').png().toBuffer(), {
    size: 100,
    position: 'CENTRE',
    pad: '#ff0000',
  });
  assertNear(square(50, 50), [0, 255, 0], 3, 'middle');
  assertNear(square(50, 10), [255, 0, 0], 3, 'above');
  assertNear(square(50, 90), [255, 0, 0], 3, 'below');
});

test('transparency is laid on the pad colour, also of grey pictures', async () => {
  for (const picture of [transparentPattern(), transparentPattern().greyscale().toColourspace('b-w')]) {
    const square = await squareOf(await picture.png().toBuffer(), { pad: '#204060' });
    assertNear(square(200, 20), [32, 64, 96], 4, 'transparent half');
    assertNear(square(200, 220), [32, 64, 96], 2, 'pad');
  }
  const lines = Buffer.from([0, 0xff, 0xff, 0x80, 0x00]);
  const half = await squareOf(rawPng({ width: 1, height: 1, depth: 16, colour: 'GREY_ALPHA', lines }));
  assertNear(half(9, 9), [128, 128, 128], 3, 'half transparent white on black');
});

test('every EXIF orientation gives the same upright square', async () => {
  const upright = await squareOf(await pattern(120, 80).png().toBuffer());
  // What has to be done to an upright picture so that the orientation turns it back.
  const undo: Record<number, (image: Sharp) => Sharp> = {
    1: (image) => image,
    2: (image) => image.flop(),
    3: (image) => image.rotate(180),
    4: (image) => image.flip(),
    6: (image) => image.rotate(270),
    8: (image) => image.rotate(90),
  };
  for (const [orientation, turn] of Object.entries(undo)) {
    const turned = await turn(pattern(120, 80)).png().toBuffer();
    const image = await sharp(turned)
      .withMetadata({ orientation: Number(orientation) })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const square = await squareOf(image);
    for (const [x, y] of [
      [20, 20],
      [200, 20],
      [20, 130],
      [200, 130],
    ]) {
      // The finest details differ by what JPEG does to them; the quarters differ by more than 100.
      assertNear(square(x, y), upright(x, y), 30, `orientation ${orientation} at ${x},${y}`);
    }
  }
});

test('16 bits, greyscale, CMYK and other profiles come out in sRGB', async () => {
  const colour = flat(60, 60, '#804020');
  const grey = flat(60, 60, '#909090');
  const squares: [string, Buffer, Rgb, number][] = [
    ['rgb16', await colour.clone().toColourspace('rgb16').png().toBuffer(), [128, 64, 32], 2],
    ['grey', await grey.clone().toColourspace('b-w').png().toBuffer(), [144, 144, 144], 2],
    ['grey16', await grey.clone().toColourspace('grey16').png().toBuffer(), [144, 144, 144], 2],
    ['cmyk', await colour.clone().withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer(), [128, 64, 32], 40],
    ['p3', await colour.clone().withIccProfile('p3').jpeg({ quality: 100 }).toBuffer(), [128, 64, 32], 4],
    ['lab', await colour.clone().toColourspace('lab').tiff().toBuffer(), [128, 64, 32], 3],
  ];
  for (const [name, image, expected, tolerance] of squares) {
    assertNear((await squareOf(image))(100, 100), expected, tolerance, name);
  }
});

test('a JPEG and a lossless copy of it give the same square: nothing is lost by shrinking while decoding', async (t) => {
  const folder = clothing(t);
  if (!folder) return;
  for (const name of (await readdir(join(folder, 'hat'))).sort().slice(0, 10)) {
    const jpeg = await readFile(join(folder, 'hat', name));
    const copy = await sharp(jpeg).png({ compressionLevel: 1 }).toBuffer();
    const [a, b] = [await letterbox(jpeg, DEFAULT_LETTERBOX, LIMITS), await letterbox(copy, DEFAULT_LETTERBOX, LIMITS)];
    assert.ok(a.equals(b), name);
  }
});

test('the same picture gives the same bytes, alone or among others', async () => {
  const image = await pattern(500, 300).jpeg().toBuffer();
  const alone = await letterbox(image, DEFAULT_LETTERBOX, LIMITS);
  const among = await Promise.all(Array.from({ length: 12 }, () => letterbox(image, DEFAULT_LETTERBOX, LIMITS)));
  for (const square of among) assert.ok(square.equals(alone));
});

test('a picture of known size gives the same square as one whose header is read', async () => {
  const turned = pattern(500, 300).jpeg().withMetadata({ orientation: 6 });
  const greyAlpha = pattern(300, 500).ensureAlpha(0.5).toColourspace('b-w').png();
  for (const [picture, known] of [
    [pattern(500, 300).jpeg(), { width: 500, height: 300 }],
    [turned, { width: 300, height: 500 }],
    [greyAlpha, { width: 300, height: 500 }],
  ] as const) {
    const image = await picture.toBuffer();
    const square = await letterbox(image, DEFAULT_LETTERBOX, LIMITS);
    assert.ok(square.equals(await letterbox(image, DEFAULT_LETTERBOX, LIMITS, known)));
  }
  await assert.rejects(
    letterbox(await pattern().jpeg().toBuffer(), DEFAULT_LETTERBOX, { ...LIMITS, pixels: 9 }, { width: 5, height: 2 }),
    {
      code: 'TOO_MANY_PIXELS',
    },
  );
});

test('a stored square that is not whole, or of another size, is refused', async () => {
  const square = await letterbox(await pattern().png().toBuffer(), DEFAULT_LETTERBOX, LIMITS);
  await assert.rejects(decodeSquare(square.subarray(0, square.length >> 1), 224), { code: 'CORRUPT' });
  await assert.rejects(decodeSquare(square, 112), { code: 'CORRUPT' });
  await assert.rejects(decodeSquare(square, 299), { code: 'CORRUPT' });
  await assert.rejects(decodeSquare(Buffer.alloc(0), 224), { code: 'CORRUPT' });
});

test('the fingerprint changes with the spec', () => {
  const one = letterboxFingerprint(DEFAULT_LETTERBOX);
  assert.match(one, /^[0-9a-f]{64}$/);
  assert.equal(letterboxFingerprint({ ...DEFAULT_LETTERBOX }), one);
  assert.equal(
    letterboxFingerprint({ pad: '#ABCDEF', size: 224, position: 'TOP_LEFT' }),
    letterboxFingerprint(parseLetterbox({ pad: '#abcdef' })),
  );
  const others = [{ size: 225 }, { position: 'CENTRE' }, { pad: '#000001' }].map((change) =>
    letterboxFingerprint(parseLetterbox(change)),
  );
  assert.equal(new Set([one, ...others]).size, 4);
});

test('a spec out of range is refused by name', () => {
  for (const [input, name] of [
    [{ size: 0 }, /size/],
    [{ size: 4097 }, /size/],
    [{ size: 22.5 }, /size/],
    [{ size: '224' }, /size/],
    [{ position: 'LEFT' }, /position/],
    [{ pad: 'black' }, /pad/],
    [{ pad: '#000' }, /pad/],
  ] as const) {
    assert.throws(() => parseLetterbox(input), { code: 'BAD_INPUT', message: name });
  }
});
