import { WinnowError } from '../errors.js';

/** The value of each of the 65,536 halves. Made at first use: 256 KB. */
let table: Float32Array | undefined;

/**
 * Numbers as IEEE 754 half precision, little-endian, 2 bytes each: rounded to nearest, ties to even. Magnitudes from 65,520
 * become infinity, those up to 2^-25 become zero, and every NaN becomes one quiet NaN.
 */
export function toFloat16(values: Float32Array): Buffer {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) halves[i] = halfOf(bits[i]);
  return Buffer.from(halves.buffer);
}

/**
 * The exact values of halves written by `toFloat16`.
 * @param into where to put them, from `offset` (in numbers) on; a new array by default. It is also what is returned.
 * @throws WinnowError INTERNAL when the bytes are not whole halves or do not fit.
 */
export function fromFloat16(bytes: Buffer, into?: Float32Array, offset = 0): Float32Array {
  const target = into ?? new Float32Array(offset + (bytes.length >> 1));
  if (bytes.length % 2 !== 0 || offset + bytes.length / 2 > target.length) {
    throw new WinnowError(
      'INTERNAL',
      `Expected halves for ${target.length - offset} numbers at most, but got ${bytes.length} bytes.`,
    );
  }
  table ??= Float32Array.from({ length: 0x10000 }, (_, half) => valueOf(half));
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes);
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, bytes.length >> 1);
  for (let i = 0; i < halves.length; i++) target[offset + i] = table[halves[i]];
  return target;
}

/** The half nearest to a float32, both as bits. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x38800000) {
    if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    const rebiased = magnitude - 0x38000000; // The exponent's bias is 127 in a float32, 15 in a half.
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  if (magnitude <= 0x33000000) return sign;
  // A subnormal half counts in units of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const units = mantissa >>> shift;
  const rest = mantissa - (units << shift);
  const middle = 1 << (shift - 1);
  return sign | (rest > middle || (rest === middle && (units & 1) === 1) ? units + 1 : units);
}

function valueOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
