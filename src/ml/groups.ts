/**
 * Bits that may differ between two pictures of one group. A picture saved anew, at half the size or at a lower quality, differs in up to 6.
 * Among 3,391 emoji, pairs at 5 and 6 bits were all variants of one drawing; among 3,068 photographs of clothes, no two
 * different pictures were nearer than 6, 5 pairs at 6 (garments alike on the same floor), and beyond 7 unlike ones chain.
 */
export const NEAR_DUPLICATE_DISTANCE = 6;

const LARGEST_DISTANCE = 16;
const INDEX_SPACE = 2 ** 21;

/**
 * Puts pictures that look the same into one group: any two whose hashes differ in at most `maxDistance` bits,
 * and whatever hangs together through them.
 * @param hashes n perceptual hashes of 64 bits.
 * @param maxDistance 0..16 bits.
 * @returns n group numbers from 0, in order of first appearance.
 */
export function nearDuplicateGroups(hashes: BigInt64Array, maxDistance = NEAR_DUPLICATE_DISTANCE): Int32Array {
  if (!Number.isInteger(maxDistance) || maxDistance < 0 || maxDistance > LARGEST_DISTANCE) {
    throw new RangeError(`maxDistance must be a whole number from 0 to ${LARGEST_DISTANCE}, but is ${maxDistance}`);
  }
  if (hashes.length >= INDEX_SPACE) throw new RangeError(`at most ${INDEX_SPACE - 1} hashes, but got ${hashes.length}`);
  const { distinct, positions } = deduplicate(hashes);
  const parents = Int32Array.from(distinct, (_, i) => i);
  if (maxDistance > 0) uniteNear(new Uint32Array(distinct.buffer), maxDistance, parents);
  return numberInOrder(positions, parents);
}

/** Equal hashes are united first: a thousand copies of one picture then cost no comparisons. */
function deduplicate(hashes: BigInt64Array): { distinct: BigInt64Array; positions: Int32Array } {
  const seen = new Map<bigint, number>();
  const positions = new Int32Array(hashes.length);
  for (let i = 0; i < hashes.length; i++) {
    const known = seen.get(hashes[i]);
    positions[i] = known ?? seen.size;
    if (known === undefined) seen.set(hashes[i], seen.size);
  }
  return { distinct: BigInt64Array.from(seen.keys()), positions };
}

/**
 * Cuts 64 bits into distance + 1 bands: hashes that differ in at most `distance` bits agree in one band at least,
 * so only hashes that share a band are compared. `halves` holds two 32-bit words a hash.
 */
function uniteNear(halves: Uint32Array, distance: number, parents: Int32Array): void {
  const count = halves.length / 2;
  const keyed = new Float64Array(count);
  for (const { word, shift, mask } of bands(distance + 1)) {
    // Band and index in one float64 (32 + 21 bits): a typed array then sorts without a comparison function.
    for (let i = 0; i < count; i++) keyed[i] = (((halves[2 * i + word] >>> shift) & mask) >>> 0) * INDEX_SPACE + i;
    keyed.sort();
    for (let start = 0; start < count;) {
      const limit = (Math.floor(keyed[start] / INDEX_SPACE) + 1) * INDEX_SPACE;
      let end = start + 1;
      while (end < count && keyed[end] < limit) end++;
      uniteWithin(keyed.subarray(start, end), halves, distance, parents);
      start = end;
    }
  }
}

function uniteWithin(keyed: Float64Array, halves: Uint32Array, distance: number, parents: Int32Array): void {
  for (let i = 0; i < keyed.length; i++) {
    const a = keyed[i] % INDEX_SPACE;
    for (let j = i + 1; j < keyed.length; j++) {
      const b = keyed[j] % INDEX_SPACE;
      const differing = bitCount(halves[2 * a] ^ halves[2 * b]) + bitCount(halves[2 * a + 1] ^ halves[2 * b + 1]);
      if (differing <= distance) unite(parents, a, b);
    }
  }
}

function bands(count: number): { word: 0 | 1; shift: number; mask: number }[] {
  const low = Math.ceil(count / 2);
  return [...bandsOfWord(0, low), ...bandsOfWord(1, count - low)];
}

function bandsOfWord(word: 0 | 1, count: number): { word: 0 | 1; shift: number; mask: number }[] {
  return Array.from({ length: count }, (_, band) => {
    const shift = Math.round((band * 32) / count);
    const width = Math.round(((band + 1) * 32) / count) - shift;
    return { word, shift, mask: width === 32 ? -1 : (1 << width) - 1 };
  });
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function unite(parents: Int32Array, a: number, b: number): void {
  const rootA = root(parents, a);
  const rootB = root(parents, b);
  // The lower index leads, so the outcome does not depend on the order of comparisons.
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

function root(parents: Int32Array, item: number): number {
  while (parents[item] !== item) {
    parents[item] = parents[parents[item]];
    item = parents[item];
  }
  return item;
}

function numberInOrder(positions: Int32Array, parents: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return positions.map((position) => {
    const leader = root(parents, position);
    const number = numbers.get(leader) ?? numbers.size;
    numbers.set(leader, number);
    return number;
  });
}
