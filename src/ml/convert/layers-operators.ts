import { affine, batchNormalization } from './layers-affine.js';
import {
  bad,
  outputOf,
  windowOf,
  type LayerOperator,
  type LayersConversion,
  type Output,
} from './layers-conversion.js';
import type { Layer } from './layers-model.js';
import { pixelsInput, pool } from './planes.js';

/** How each Keras layer, channels last, is said in ONNX, channels first. */
export const LAYERS: Readonly<Record<string, LayerOperator>> = {
  InputLayer: input,
  Conv2D: affine,
  DepthwiseConv2D: affine,
  Dense: affine,
  BatchNormalization: batchNormalization,
  Activation: (layer, conversion) =>
    conversion.activate(layer.config.activation, conversion.inputOf(layer), layer.name),
  ReLU: relu,
  Rescaling: rescaling,
  MaxPooling2D: (layer, conversion) => pooling('MaxPool', layer, conversion),
  AveragePooling2D: (layer, conversion) => pooling('AveragePool', layer, conversion),
  GlobalAveragePooling2D: globalAverage,
  ZeroPadding2D: zeroPadding,
  Add: (layer, conversion) => merge('Add', layer, conversion),
  Multiply: (layer, conversion) => hardSwish(layer, conversion) ?? merge('Mul', layer, conversion),
  Concatenate: concatenate,
  Flatten: flatten,
  Dropout: (layer, conversion) => conversion.inputOf(layer),
};

function input({ name, config }: Layer, { graph, input: kind }: LayersConversion): Output {
  const [, ...shape] = config.batch_input_shape as (number | null)[];
  const known = shape.filter((size) => size !== null);
  if (known.length !== shape.length || ![1, 3].includes(known.length)) {
    throw bad(`${name} must have the shape [height, width, channels] or [length], but has [${shape.join()}].`);
  }
  if (kind === 'FLOATS') {
    const value = graph.input('input', 'float32', ['n', ...known]);
    return {
      value: known.length === 1 ? value : graph.node('Transpose', [value], `${name} planes`, { perm: [0, 3, 1, 2] }),
      shape: known,
    };
  }
  const [height, width, channels] = known;
  if (height !== width || channels !== 3) throw bad(`${name} must see square pictures, but sees [${shape.join()}].`);
  return outputOf(pixelsInput(graph, height, `${name} planes`));
}

function relu(layer: Layer, conversion: LayersConversion): Output {
  const { max_value: most = null, negative_slope: slope, threshold } = layer.config;
  if ((slope ?? 0) !== 0 || (threshold ?? 0) !== 0) throw bad(`${layer.name} must have no slope and no threshold.`);
  const x = conversion.inputOf(layer);
  if (most === null) return conversion.activate('relu', x, layer.name);
  const limits = [conversion.number(0), conversion.number(most as number)];
  return { ...x, value: conversion.graph.node('Clip', [x.value, ...limits], layer.name) };
}

function rescaling(layer: Layer, conversion: LayersConversion): Output {
  const { graph } = conversion;
  const { scale, offset } = scaleAndOffset(layer);
  const x = conversion.inputOf(layer);
  const scaled = scale === 1 ? x.value : graph.node('Mul', [x.value, conversion.number(scale)], `${layer.name} scaled`);
  return { ...x, value: graph.node('Add', [scaled, conversion.number(offset)], layer.name) };
}

function scaleAndOffset({ config: { scale = 1, offset = 0 } }: Layer): { scale: number; offset: number } {
  return { scale: scale as number, offset: offset as number };
}

function pooling(kind: 'MaxPool' | 'AveragePool', layer: Layer, conversion: LayersConversion): Output {
  const { pool_size: size = 2, strides } = layer.config;
  const window = windowOf(layer, size, strides ?? size);
  return outputOf(pool(conversion.graph, kind, conversion.planesOf(layer), window, layer.name));
}

function globalAverage(layer: Layer, conversion: LayersConversion): Output {
  const { value, channels } = conversion.planesOf(layer);
  const mean = conversion.graph.node('GlobalAveragePool', [value], `${layer.name} mean`);
  return { value: conversion.graph.node('Flatten', [mean], layer.name, { axis: 1 }), shape: [channels] };
}

function zeroPadding(layer: Layer, conversion: LayersConversion): Output {
  const { padding = [[1, 1], [1, 1]] } = layer.config; // prettier-ignore
  const [[top, bottom], [left, right]] = padding as [[number, number], [number, number]];
  const { value, height, width, channels } = conversion.planesOf(layer);
  const pads = conversion.graph.integers(`${layer.name} pads`, [0, 0, top, left, 0, 0, bottom, right]);
  const padded = conversion.graph.node('Pad', [value, pads], layer.name);
  return { value: padded, shape: [height + top + bottom, width + left + right, channels] };
}

function merge(kind: 'Add' | 'Mul', layer: Layer, conversion: LayersConversion): Output {
  const inputs = layer.inputs.map((name) => conversion.output(name));
  const odd = inputs.find(({ shape }) => shape.join() !== inputs[0].shape.join());
  if (odd)
    throw bad(
      `${layer.name} must have inputs of one shape, but has [${inputs[0].shape.join()}] and [${odd.shape.join()}].`,
    );
  return inputs.reduce((a, b, i) => {
    const name = i + 1 === inputs.length ? layer.name : `${layer.name} of ${i + 1}`;
    return { ...a, value: conversion.graph.node(kind, [a.value, b.value], name) };
  });
}

/** x·relu6(x + 3)/6, which ONNX Runtime does inside the convolution before it. */
function hardSwish({ name, inputs }: Layer, conversion: LayersConversion): Output | undefined {
  if (inputs.length !== 2) return undefined;
  const layers = inputs.map((input) => conversion.layer(input));
  const gate = layers.find(
    ({ type, config }) => type === 'Rescaling' && Math.abs(6 * (config.scale as number) - 1) < 1e-6,
  );
  const x = layers.find((layer) => layer !== gate);
  if (gate === undefined || x === undefined || scaleAndOffset(gate).offset !== 0) return undefined;
  const clipped = conversion.layer(gate.inputs[0]);
  const six = clipped.type === 'ReLU' ? clipped.config.max_value === 6 : clipped.config.activation === 'relu6';
  const shifted = conversion.layer(clipped.inputs[0] ?? '');
  if (!six || shifted.type !== 'Rescaling' || shifted.inputs[0] !== x.name) return undefined;
  const { scale, offset } = scaleAndOffset(shifted);
  if (scale !== 1 || offset !== 3) return undefined;
  const { value, shape } = conversion.output(x.name);
  return { value: conversion.graph.node('HardSwish', [value], name), shape };
}

function concatenate(layer: Layer, conversion: LayersConversion): Output {
  const inputs = layer.inputs.map((name) => conversion.output(name));
  const rank = inputs[0].shape.length + 1;
  const given = (layer.config.axis ?? -1) as number;
  const axis = given < 0 ? given + rank : given;
  // TensorFlow's axes 0 n, 1 height, 2 width, 3 channels; of vectors 0 n, 1 length.
  const onnxAxis = rank === 4 ? [0, 2, 3, 1][axis] : axis;
  const value = conversion.graph.node('Concat', inputs.map((x) => x.value), layer.name, { axis: onnxAxis }); // prettier-ignore
  const size = inputs.reduce((sum, { shape }) => sum + shape[axis - 1], 0);
  return { value, shape: inputs[0].shape.map((length, i) => (i === axis - 1 ? size : length)) };
}

/** TensorFlow counts channels fastest, so they go last again first. */
function flatten(layer: Layer, conversion: LayersConversion): Output {
  const { value, shape } = conversion.inputOf(layer);
  if (shape.length === 1) return { value, shape };
  const [height, width, channels] = shape;
  const { graph } = conversion;
  const single = height * width === 1;
  const last = single ? value : graph.node('Transpose', [value], `${layer.name} last`, { perm: [0, 2, 3, 1] });
  return { value: graph.node('Flatten', [last], layer.name, { axis: 1 }), shape: [height * width * channels] };
}
