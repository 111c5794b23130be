import type { KerasWeights } from '../../../src/ml/keras/h5.js';

/** Values [height, width, channels], row-major. */
interface Picture {
  readonly size: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/**
 * VGG16's features by plain loops in double precision, written from the paper and Keras's preprocessing alone: the second
 * implementation that ours is checked against.
 * @param pixels size x size x 3 bytes, RGB.
 * @returns the mean of block5_pool over space.
 */
export function plainFeatures(pixels: Uint8Array, size: number, weights: KerasWeights): Float64Array {
  const mean = [123.68, 116.779, 103.939];
  let x: Picture = { size, channels: 3, values: new Float64Array(pixels.length) };
  pixels.forEach((_, i) => {
    const channel = i % 3;
    const from = 2 - channel;
    x.values[i] = pixels[i - channel + from] - mean[from];
  });
  for (const [block, convolutions] of [2, 2, 3, 3, 3].entries()) {
    for (let i = 1; i <= convolutions; i++) {
      const [kernel, bias] = weights.get(`block${block + 1}_conv${i}`)!;
      x = convolve(x, kernel.values, bias.values);
    }
    x = halve(x);
  }
  const features = new Float64Array(x.channels);
  x.values.forEach((value, i) => (features[i % x.channels] += value / x.size ** 2));
  return features;
}

/** 3 x 3 with zeros around, then relu. */
function convolve({ size, channels, values }: Picture, kernel: Float32Array, bias: Float32Array): Picture {
  const outputs = bias.length;
  const result = new Float64Array(size * size * outputs);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      for (let output = 0; output < outputs; output++) {
        let sum = bias[output];
        for (let down = 0; down < 3; down++) {
          for (let right = 0; right < 3; right++) {
            const [y, x] = [row + down - 1, column + right - 1];
            if (y < 0 || y >= size || x < 0 || x >= size) continue;
            for (let input = 0; input < channels; input++) {
              const weight = kernel[((down * 3 + right) * channels + input) * outputs + output];
              sum += values[(y * size + x) * channels + input] * weight;
            }
          }
        }
        result[(row * size + column) * outputs + output] = Math.max(0, sum);
      }
    }
  }
  return { size, channels: outputs, values: result };
}

/** The largest of each 2 x 2. */
function halve({ size, channels, values }: Picture): Picture {
  const half = size / 2;
  const result = new Float64Array(half * half * channels).fill(-Infinity);
  values.forEach((value, i) => {
    const place = Math.floor(i / channels);
    const [row, column] = [Math.floor(place / size), place % size];
    const into = ((row >> 1) * half + (column >> 1)) * channels + (i % channels);
    result[into] = Math.max(result[into], value);
  });
  return { size: half, channels, values: result };
}
