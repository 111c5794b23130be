import { loadGraphModelSync } from '@tensorflow/tfjs-converter';
import type { Tensor4D, io } from '@tensorflow/tfjs-core';

import { loadTensorflow } from '../../src/ml/tensorflow.js';

/** A TF.js graph model as its two files hold it. */
export interface GraphFiles {
  readonly json: Buffer;
  readonly weights: Buffer;
}

/**
 * Runs a graph model in TensorFlow.js on n pictures of size x size x 3 bytes.
 * @returns of each tap its mean over space: n * channels numbers.
 */
export async function tapMeans(
  { json, weights }: GraphFiles,
  { input, taps, size }: { input: string; taps: readonly string[]; size: number },
  pixels: Uint8Array,
): Promise<Float32Array[]> {
  const { tf } = await loadTensorflow();
  const model = JSON.parse(json.toString('utf8')) as io.ModelJSON & {
    modelTopology: { node: { name: string; attr: object }[] };
  };
  const placeholder = model.modelTopology.node.find(({ name }) => name === input);
  // The network takes pictures of any size, though its file says which one it was trained on.
  if (placeholder !== undefined) placeholder.attr = { dtype: { type: 'DT_FLOAT' } };
  const executor = loadGraphModelSync([model, Uint8Array.from(weights).buffer]);
  const square = size * size * 3;
  const parts = taps.map((): Float32Array[] => []);
  for (let first = 0; first < pixels.length; first += 8 * square) {
    const some = pixels.subarray(first, first + 8 * square);
    const means = tf.tidy(() => {
      const pictures: Tensor4D = tf.tensor4d(Float32Array.from(some), [some.length / square, size, size, 3]);
      const outputs = [executor.execute({ [input]: pictures }, [...taps])].flat();
      return outputs.map((output) => tf.mean(output, [1, 2]).dataSync<'float32'>());
    });
    means.forEach((mean, tap) => parts[tap].push(mean));
  }
  executor.dispose();
  return parts.map((part) => Float32Array.from(part.flatMap((values) => [...values])));
}
