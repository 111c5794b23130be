import type { Damage } from './damage.js';

const WIDTH = 256;
const HEIGHT = 257;
/** Where strips and tiles begin, and how many bytes each has. */
const OFFSETS = new Set([273, 324]);
const BYTE_COUNTS = new Set([279, 325]);
/** Bytes of one value, by field type (TIFF 6.0, section 2; 13 and 16..18 from its successors). */
const TYPE_BYTES: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
};

/**
 * Walks the first directory of a TIFF file (the page that is used) and what it points at.
 * @throws RangeError when that lies past the end of the file
 */
export function tiffDamage(bytes: Buffer): Damage {
  const little = bytes.readUInt8(0) === 0x49;
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  // Files over 4 GB use another layout ("BigTIFF", 43); so big a file is refused before it is read.
  if (u16(2) !== 42) return 'CORRUPT';

  const directory = u32(4);
  const starts: number[] = [];
  const sizes: number[] = [];
  for (let entry = directory + 2, end = entry + 12 * u16(directory); entry < end; entry += 12) {
    const tag = u16(entry);
    const width = TYPE_BYTES[u16(entry + 2)];
    const count = u32(entry + 4);
    if (width === undefined) continue;
    const at = width * count > 4 ? u32(entry + 8) : entry + 8;
    if (at + width * count > bytes.length) return 'TRUNCATED';
    const read = (index: number) => (width === 2 ? u16(at + 2 * index) : width === 4 ? u32(at + 4 * index) : NaN);
    if ((tag === WIDTH || tag === HEIGHT) && read(0) === 0) return 'ZERO_PIXELS';
    const into = OFFSETS.has(tag) ? starts : BYTE_COUNTS.has(tag) ? sizes : null;
    if (into) for (let index = 0; index < count; index += 1) into.push(read(index));
  }
  return starts.some((start, index) => start + (sizes[index] ?? 0) > bytes.length) ? 'TRUNCATED' : 'CORRUPT';
}
