import { WinnowError } from '../../errors.js';
import type { Layer, LayersModel } from '../convert/layers-model.js';
import type { KerasArray, KerasWeights } from '../keras/h5.js';

/** Channels of each convolution, block by block, in units of `WIDTH`: configuration D of https://arxiv.org/abs/1409.1556. */
const BLOCKS = [
  [1, 1],
  [2, 2],
  [4, 4, 4],
  [8, 8, 8],
  [8, 8, 8],
];
const WIDTH = 64;

/** Numbers that block5_pool has at every place. */
export const CHANNELS = 8 * WIDTH;

/** What Keras's `preprocess_input` takes off: the mean colour of ImageNet. */
const MEAN_BGR = [103.939, 116.779, 123.68];

/** Says in a fingerprint what is done to the pixels. */
export const PREPROCESSING = `BGR minus ${MEAN_BGR.join(', ')}`;

/**
 * VGG16 without its top as a layers model: `pixels`, RGB 0..255 [size, size, 3] in, block5_pool out. Keras's "caffe"
 * preprocessing is its second layer, a 1 x 1 convolution that swaps the colours and takes the mean off, so that it cannot be
 * forgotten and both engines do the same.
 * @param size a multiple of 32.
 * @param width channels of the first convolution. Another one than VGG's own is for tests.
 * @throws WinnowError WEIGHTS_MISSING that names the layer whose weights are not there or have another shape.
 */
export function vgg16Base(size: number, weights: KerasWeights, width = WIDTH): LayersModel {
  const layers: Layer[] = [
    { name: 'pixels', type: 'InputLayer', config: { batch_input_shape: [null, size, size, 3], dtype: 'float32' }, inputs: [] },
    convolution('caffe', 3, { kernel_size: [1, 1], activation: 'linear' }, 'pixels'),
  ]; // prettier-ignore
  const named = new Map<string, KerasArray>([
    ['caffe/kernel', { shape: [1, 1, 3, 3], values: Float32Array.of(0, 0, 1, 0, 1, 0, 1, 0, 0) }],
    ['caffe/bias', { shape: [3], values: Float32Array.from(MEAN_BGR, (mean) => -mean) }],
  ]);
  let before = 'caffe';
  let channels = 3;
  BLOCKS.forEach((filters, block) => {
    filters.forEach((times, i) => {
      const count = times * width;
      const name = `block${block + 1}_conv${i + 1}`;
      layers.push(convolution(name, count, { kernel_size: [3, 3], activation: 'relu' }, before));
      const [kernel, bias] = weights.get(name) ?? [];
      requireShape(`the kernel of ${name}`, kernel?.shape, [3, 3, channels, count]);
      requireShape(`the bias of ${name}`, bias?.shape, [count]);
      named.set(`${name}/kernel`, kernel).set(`${name}/bias`, bias);
      [before, channels] = [name, count];
    });
    const pool = { pool_size: [2, 2], strides: [2, 2], padding: 'valid', data_format: 'channels_last' };
    layers.push({ name: `block${block + 1}_pool`, type: 'MaxPooling2D', config: pool, inputs: [before] });
    before = `block${block + 1}_pool`;
  });
  return { name: 'vgg16', layers: byName(layers), output: before, weights: named };
}

/** The model with layers on top of its output. */
export function extend(model: LayersModel, added: readonly Layer[]): LayersModel {
  return { ...model, layers: new Map([...model.layers, ...byName(added)]), output: added[added.length - 1].name };
}

function byName(layers: readonly Layer[]): Map<string, Layer> {
  return new Map(layers.map((layer) => [layer.name, layer]));
}

function convolution(name: string, filters: number, config: Record<string, unknown>, input: string): Layer {
  const common = { filters, strides: [1, 1], padding: 'same', data_format: 'channels_last', dilation_rate: [1, 1], use_bias: true }; // prettier-ignore
  return { name, type: 'Conv2D', config: { ...common, ...config }, inputs: [input] };
}

function requireShape(what: string, shape: readonly number[] | undefined, expected: readonly number[]): void {
  if (shape?.join() === expected.join()) return;
  throw new WinnowError(
    'WEIGHTS_MISSING',
    `${what} must have the shape [${expected.join()}], but ${shape ? `has [${shape.join()}]` : 'is not in the file'}. The file must be Keras's VGG16 without top.`,
  );
}
