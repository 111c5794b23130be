/** A seeded stream of numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
  /** Puts the items in random order, in place (Fisher and Yates). */
  shuffle<T extends Int32Array | unknown[]>(items: T): T;
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, plenty for shuffling labels and initial weights. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    // Box and Muller; 1 - next() is never 0, so the logarithm is finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(items) {
      for (let last = items.length - 1; last > 0; last--) {
        const other = Math.floor(next() * (last + 1));
        [items[last], items[other]] = [items[other], items[last]];
      }
      return items;
    },
  };
}
