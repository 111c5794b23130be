import type { ImageFormat } from './formats.js';
import { tiffDamage } from './damage-tiff.js';

/** What is wrong with a file that has the signature of its format and yet cannot be decoded. */
export type Damage = 'TRUNCATED' | 'ZERO_PIXELS' | 'CORRUPT';

const WALKS: Record<ImageFormat, (bytes: Buffer) => Damage> = {
  JPEG: jpegDamage,
  PNG: pngDamage,
  GIF: gifDamage,
  WEBP: webpDamage,
  TIFF: tiffDamage,
  AVIF: avifDamage,
};

/**
 * Tells a file cut short from a broken one by walking its outer structure, which says how long the file should be.
 * Only for files that failed to decode: it never looks at the pixels.
 */
export function diagnoseDamage(bytes: Buffer, format: ImageFormat): Damage {
  try {
    return WALKS[format](bytes);
  } catch (error) {
    // A walk reads without looking where the file ends: to read past it is what "cut short" means.
    if (error instanceof RangeError) return 'TRUNCATED';
    throw error;
  }
}

/** Segments up to the first scan, then the end-of-image marker, which cannot occur inside a scan (ITU T.81, B.1.1). */
function jpegDamage(bytes: Buffer): Damage {
  let at = 2;
  for (;;) {
    const marker = bytes.readUInt16BE(at);
    if (marker >> 8 !== 0xff) return 'CORRUPT';
    if (marker === 0xffff) at += 1;
    else if (marker === 0xffda) return bytes.indexOf('ffd9', at, 'hex') < 0 ? 'TRUNCATED' : 'CORRUPT';
    else if (marker === 0xffd9) return 'CORRUPT';
    else {
      const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
      if (isFrame && (bytes.readUInt16BE(at + 5) === 0 || bytes.readUInt16BE(at + 7) === 0)) return 'ZERO_PIXELS';
      at += 2 + bytes.readUInt16BE(at + 2);
    }
  }
}

/** Chunks up to IEND (PNG specification, 5.3). */
function pngDamage(bytes: Buffer): Damage {
  if (bytes.readUInt32BE(16) === 0 || bytes.readUInt32BE(20) === 0) return 'ZERO_PIXELS';
  let at = 8;
  while (bytes.readUInt32BE(at + 4) !== 0x49454e44) at += 12 + bytes.readUInt32BE(at);
  return 'CORRUPT';
}

/** Blocks up to the trailer (GIF89a specification, appendix B). */
function gifDamage(bytes: Buffer): Damage {
  const palette = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + palette(bytes.readUInt8(10));
  for (;;) {
    const block = bytes.readUInt8(at);
    if (block === 0x3b) break;
    if (block === 0x2c) at += 11 + palette(bytes.readUInt8(at + 9));
    else if (block === 0x21) at += 2;
    else return 'CORRUPT';
    for (let size = bytes.readUInt8(at); size > 0; size = bytes.readUInt8(at)) at += 1 + size;
    at += 1;
  }
  return bytes.readUInt16LE(6) === 0 || bytes.readUInt16LE(8) === 0 ? 'ZERO_PIXELS' : 'CORRUPT';
}

/** The RIFF header holds the length; a lossy bitstream its size (RFC 6386, 9.1). */
function webpDamage(bytes: Buffer): Damage {
  if (bytes.length < bytes.readUInt32LE(4) + 8) return 'TRUNCATED';
  const isLossy = bytes.toString('latin1', 12, 16) === 'VP8 ';
  const isZero = isLossy && ((bytes.readUInt16LE(26) & 0x3fff) === 0 || (bytes.readUInt16LE(28) & 0x3fff) === 0);
  return isZero ? 'ZERO_PIXELS' : 'CORRUPT';
}

/** Top-level boxes (ISO/IEC 14496-12, 4.2). */
function avifDamage(bytes: Buffer): Damage {
  let at = 0;
  while (at < bytes.length) {
    let size = bytes.readUInt32BE(at);
    if (size === 1) size = Number(bytes.readBigUInt64BE(at + 8));
    if (size === 0) return 'CORRUPT';
    at += Math.max(size, 8);
  }
  return at > bytes.length ? 'TRUNCATED' : 'CORRUPT';
}
