import type { HeadWeights } from './heads.js';

/** All numbers of a head: mean, deviation, scale, shift, then kernel and bias of each layer. */
export function arraysOfHead({ mean, deviation, scale, shift, layers }: HeadWeights): Float32Array[] {
  return [mean, deviation, scale, shift, ...layers.flatMap(({ kernel, bias }) => [kernel, bias])];
}

/** The head that `arraysOfHead` took apart. @param sizes inputs and outputs of each layer. */
export function headOfArrays(
  [mean, deviation, scale, shift, ...rest]: readonly Float32Array[],
  sizes: readonly { inputs: number; outputs: number }[],
): HeadWeights {
  const layers = sizes.map((size, i) => ({ ...size, kernel: rest[2 * i], bias: rest[2 * i + 1] }));
  return { mean, deviation, scale, shift, layers };
}
