import { glorot } from '../heads.js';
import type { Layer, LayersModel } from '../convert/layers-model.js';
import type { Random } from '../random.js';
import { extend } from './network.js';

/** Keras's `layers[:11]`: from the input to here nothing learns. */
const FROZEN = 'block3_pool';
const BASE_OUTPUT = 'block5_pool';
const HIDDEN_UNITS = 2048;

/** How many times a square is higher and wider than the last output of the network without top. */
export const SHRINKS = 32;
/** And than that of its frozen part. */
export const FROZEN_SHRINKS = 8;

/**
 * VGG16 without top with the seed's head: BatchNormalization, Dense(2048, relu) at every place, Flatten, Dense(1), whose
 * output is the logit. The head's kernels are Glorot's uniform.
 * @param base as `vgg16Base` makes it. @param size height and width of its squares, in pixels.
 */
export function withHead(base: LayersModel, size: number, random: Random): LayersModel {
  const channels = channelsOf(base, 'block5_conv3');
  const places = (size / SHRINKS) ** 2;
  const flat = (length: number, value: number) => ({ shape: [length], values: new Float32Array(length).fill(value) });
  const kernel = (inputs: number, outputs: number) => {
    return { shape: [inputs, outputs], values: glorot(inputs, outputs, random) };
  };
  const whole = extend(base, [
    { name: 'head_normal', type: 'BatchNormalization', config: { axis: -1, momentum: 0.99, epsilon: 1e-3 }, inputs: [BASE_OUTPUT] },
    { name: 'head_hidden', type: 'Dense', config: { units: HIDDEN_UNITS, activation: 'relu', use_bias: true }, inputs: ['head_normal'] },
    { name: 'head_flat', type: 'Flatten', config: { data_format: 'channels_last' }, inputs: ['head_hidden'] },
    { name: 'head_logit', type: 'Dense', config: { units: 1, activation: 'linear', use_bias: true }, inputs: ['head_flat'] },
  ]); // prettier-ignore
  const weights: LayersModel['weights'] = new Map([
    ...base.weights,
    ['head_normal/gamma', flat(channels, 1)],
    ['head_normal/beta', flat(channels, 0)],
    ['head_normal/moving_mean', flat(channels, 0)],
    ['head_normal/moving_variance', flat(channels, 1)],
    ['head_hidden/kernel', kernel(channels, HIDDEN_UNITS)],
    ['head_hidden/bias', flat(HIDDEN_UNITS, 0)],
    ['head_logit/kernel', kernel(places * HIDDEN_UNITS, 1)],
    ['head_logit/bias', flat(1, 0)],
  ]);
  return { ...whole, name: 'vgg16_fine_tuned', weights };
}

/** The part that never changes: squares in, block3_pool out, its numbers in one row. */
export function frozenPart(base: LayersModel): LayersModel {
  const frozen = [...base.layers].slice(0, positionOf(base) + 1);
  const layers = new Map(frozen);
  return extend(
    { ...base, layers, output: FROZEN, weights: ofLayers(base, ([layer]) => layers.has(layer)) },
    [{ name: 'row', type: 'Flatten', config: { data_format: 'channels_last' }, inputs: [FROZEN] }],
  ); // prettier-ignore
}

/** The layers that learn, in their order, each after the one before it; the first sees block3_pool. */
export function learningLayers(whole: LayersModel): Layer[] {
  return [...whole.layers.values()].slice(positionOf(whole) + 1);
}

/** Shape of what the frozen part gives for a square. */
export function frozenShape(base: LayersModel, size: number): [height: number, width: number, channels: number] {
  return [size / FROZEN_SHRINKS, size / FROZEN_SHRINKS, channelsOf(base, 'block3_conv3')];
}

/** The model with other weights, by name; those that are not given stay. */
export function withWeights(model: LayersModel, changed: LayersModel['weights']): LayersModel {
  return { ...model, weights: new Map([...model.weights, ...changed]) };
}

function channelsOf({ weights }: LayersModel, convolution: string): number {
  return weights.get(`${convolution}/bias`)!.values.length;
}

function positionOf({ layers }: LayersModel): number {
  return [...layers.keys()].indexOf(FROZEN);
}

function ofLayers(
  { weights }: LayersModel,
  holds: (name: [layer: string, weight: string]) => boolean,
): LayersModel['weights'] {
  return new Map([...weights].filter(([name]) => holds(name.split('/') as [string, string])));
}
