import h5 from 'h5wasm/node';

import { createRandom } from '../../src/ml/random.js';

export interface Vgg16File {
  readonly seed?: number;
  /** Channels of the first convolution; 64 is VGG16's own. */
  readonly width?: number;
  /** How Keras of that time named a layer's arrays. */
  readonly names?: (layer: string) => [kernel: string, bias: string];
  /** Layers to leave out. */
  readonly without?: readonly string[];
}

/** Convolutions of each block, and their channels in units of the width. */
const BLOCKS: readonly (readonly [convolutions: number, times: number])[] = [
  [2, 1],
  [2, 2],
  [3, 4],
  [3, 8],
  [3, 8],
];

/**
 * Writes an .h5 file that is built like Keras's VGG16 without top, with seeded random weights of a size that keeps the
 * activations alive through all layers (He et al. 2015, https://arxiv.org/abs/1502.01852).
 */
export async function writeVgg16Weights(path: string, options: Vgg16File = {}): Promise<string> {
  const { seed = 1, width = 64, without = [] } = options;
  const names = options.names ?? ((layer) => [`${layer}_W_1:0`, `${layer}_b_1:0`]);
  await h5.ready;
  const file = new h5.File(path, 'w');
  const random = createRandom(seed);
  const layers = ['input_1'];
  file.create_group('input_1').create_attribute('weight_names', [], [0], 'S1');
  let inputs = 3;
  BLOCKS.forEach(([convolutions, times], block) => {
    const outputs = times * width;
    for (let i = 1; i <= convolutions; i++) {
      const layer = `block${block + 1}_conv${i}`;
      const shape = [3, 3, inputs, outputs];
      const deviation = Math.sqrt(2 / (9 * inputs)) / (layer === 'block1_conv1' ? 64 : 1);
      const kernel = Float32Array.from({ length: 9 * inputs * outputs }, () => random.normal() * deviation);
      const bias = Float32Array.from({ length: outputs }, () => random.normal() / 10);
      inputs = outputs;
      if (without.includes(layer)) continue;
      layers.push(layer);
      const group = file.create_group(layer);
      const [kernelName, biasName] = names(layer);
      group.create_attribute('weight_names', [kernelName, biasName], [2], 'S40');
      for (const [name, data, dims] of [
        [kernelName, kernel, shape],
        [biasName, bias, [outputs]],
      ] as const) {
        const folders = name.split('/').slice(0, -1);
        const inside = folders.reduce((into, folder) => {
          const there = into.get(folder);
          return there instanceof h5.Group ? there : into.create_group(folder);
        }, group);
        inside.create_dataset({ name: name.split('/').at(-1)!, data, shape: [...dims], dtype: '<f' });
      }
    }
    layers.push(`block${block + 1}_pool`);
    file.create_group(`block${block + 1}_pool`).create_attribute('weight_names', [], [0], 'S1');
  });
  file.create_attribute('layer_names', layers, [layers.length], 'S12');
  file.close();
  return path;
}
