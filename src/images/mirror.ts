/**
 * A square flipped left to right.
 * @param pixels size x size x 3 bytes, row by row
 */
export function mirrored(pixels: Uint8Array, size: number): Uint8Array {
  const flipped = new Uint8Array(pixels.length);
  const row = size * 3;
  for (let start = 0; start < pixels.length; start += row) {
    for (let x = 0; x < row; x += 3) {
      const from = start + x;
      const to = start + row - 3 - x;
      flipped[to] = pixels[from];
      flipped[to + 1] = pixels[from + 1];
      flipped[to + 2] = pixels[from + 2];
    }
  }
  return flipped;
}
