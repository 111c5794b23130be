/** The smallest and the largest value of an activation. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Largest magnitude of a weight: symmetric, so that the least byte is not used. */
const WEIGHT_LIMIT = 127;
/** Of the accumulator that a bias is added to. */
const BIAS_LIMIT = 2 ** 31 - 1;

/** Scale and zero point with which 0..255 spans the range, widened to hold 0, which is then exact: padding is zero. */
export function activationScale({ min, max }: Range): { scale: number; zeroPoint: number } {
  const low = Math.min(0, min);
  const high = Math.max(0, max);
  const scale = Math.fround(high > low ? (high - low) / 255 : 1);
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-low / scale))) };
}

/**
 * Weights as integers, symmetric around zero, with a scale for each index along `axis`.
 * @param values row-major, of the shape `dims`
 */
export function quantiseWeights(
  values: Float32Array,
  dims: readonly number[],
  axis: number,
): { bytes: Int8Array; scales: Float32Array } {
  const channels = dims[axis];
  const inner = dims.slice(axis + 1).reduce((product, length) => product * length, 1);
  const scales = new Float32Array(channels);
  const bytes = new Int8Array(values.length);
  for (let i = 0; i < values.length; i += inner) {
    const channel = (i / inner) % channels;
    for (let j = i; j < i + inner; j++) scales[channel] = Math.max(scales[channel], Math.abs(values[j]));
  }
  // A scale that is no normal number, for weights that are all zero or nearly so, would come out as infinity.
  for (let channel = 0; channel < channels; channel++)
    scales[channel] = Math.max(scales[channel] / WEIGHT_LIMIT, 1e-30);
  for (let i = 0; i < values.length; i += inner) {
    const scale = scales[(i / inner) % channels];
    for (let j = i; j < i + inner; j++) bytes[j] = Math.round(values[j] / scale);
  }
  return { bytes, scales };
}

/** A bias in units of the products that it is added to. */
export function quantiseBias(
  bias: Float32Array,
  inputScale: number,
  weightScales: Float32Array,
): { integers: Int32Array; scales: Float32Array } {
  const scales = weightScales.map((scale) => Math.max(scale * inputScale, 1e-37));
  const integers = Int32Array.from(bias, (value, i) =>
    Math.max(-BIAS_LIMIT, Math.min(BIAS_LIMIT, Math.round(value / scales[i]))),
  );
  return { integers, scales };
}
