import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WinnowError } from '../../src/errors.js';
import { diagnoseDamage } from '../../src/images/damage.js';
import { IMAGE_FORMATS, sniffFormat } from '../../src/images/formats.js';
import { heif, pattern } from '../fixtures/pictures.js';

const ENCODED = {
  JPEG: await pattern().jpeg().toBuffer(),
  PNG: await pattern().png().toBuffer(),
  WEBP: await pattern().webp().toBuffer(),
  GIF: await pattern().gif().toBuffer(),
  TIFF: await pattern().tiff().toBuffer(),
  AVIF: await pattern().avif({ effort: 0 }).toBuffer(),
};

test('tells the formats by their first bytes', () => {
  for (const format of IMAGE_FORMATS) assert.equal(sniffFormat(ENCODED[format]), format);
  assert.equal(sniffFormat(heif('mif1', 'avif', 'mif1')), 'AVIF');
  assert.equal(sniffFormat(heif('avis', 'avis', 'msf1')), 'AVIF');
  assert.throws(() => sniffFormat(heif('mif1', 'mif1', 'heic', 'avif')), { code: 'UNSUPPORTED_FORMAT' });
});

test('any bytes give a format or a failure', () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const bytes = Buffer.from(Array.from({ length: seed % 40 }, (_, index) => (seed * 7919 * (index + 1)) % 251));
    try {
      sniffFormat(bytes);
    } catch (error) {
      assert.ok(error instanceof WinnowError, String(error));
    }
  }
});

test('a file cut anywhere before its structure ends is TRUNCATED', () => {
  for (const format of IMAGE_FORMATS) {
    const bytes = ENCODED[format];
    for (let length = 16; length < bytes.length; length += 97) {
      assert.equal(diagnoseDamage(bytes.subarray(0, length), format), 'TRUNCATED', `${format} of ${length} bytes`);
    }
    assert.equal(diagnoseDamage(bytes, format), 'CORRUPT', `whole ${format}`);
  }
});

test('the walks over a damaged structure end', () => {
  for (const format of IMAGE_FORMATS) {
    for (let seed = 1; seed <= 300; seed += 1) {
      const bytes = Buffer.from(ENCODED[format]);
      for (let index = 0; index < 8; index += 1)
        bytes[(seed * 31 + index * 17) % Math.min(bytes.length, 600)] = (seed * index) & 255;
      assert.match(diagnoseDamage(bytes, format), /^(TRUNCATED|ZERO_PIXELS|CORRUPT)$/);
    }
  }
});
