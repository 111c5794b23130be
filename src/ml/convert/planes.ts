import { WinnowError } from '../../errors.js';
import type { OnnxGraph } from './onnx-graph.js';

/** An ONNX value of shape [n, channels, height, width]. */
export interface Planes {
  readonly value: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A window that slides over planes, as TensorFlow describes one: [down, right] each. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: string;
}

/** What a convolution multiplies by, as TensorFlow keeps it. */
export interface Filters {
  /** [height, width, inputs, outputs], or [height, width, inputs, outputs per input] of a depthwise convolution. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly bias?: Float32Array;
  readonly depthwise: boolean;
}

/** Pixels as they come, bytes [n, height, width, 3]. Transposed before they are widened: a quarter of the memory to move. */
export function pixelsInput(graph: OnnxGraph, size: number, name: string): Planes {
  const pixels = graph.input('pixels', 'uint8', ['n', size, size, 3]);
  const planes = graph.node('Transpose', [pixels], 'planes', { perm: [0, 3, 1, 2] });
  return { value: graph.node('Cast', [planes], name, { to: 1 }), channels: 3, height: size, width: size };
}

/** A convolution. Called `name`; `as` names its output, when something else is to be called so. */
export function convolve(
  graph: OnnxGraph,
  x: Planes,
  window: Window,
  filters: Filters,
  name: string,
  as = name,
): Planes {
  const [height, width, inputs, perInput] = filters.shape;
  const { depthwise, bias } = filters;
  const channels = depthwise ? inputs * perInput : perInput;
  if (inputs !== x.channels) {
    throw new WinnowError(
      'BAD_INPUT',
      `${name} must have weights for ${x.channels} channels, but has [${filters.shape.join()}].`,
    );
  }
  const { pads, height: rows, width: columns } = slide(x, window, name);
  const dimensions = depthwise ? [channels, 1, height, width] : [channels, inputs, height, width];
  const operands = [x.value, graph.constant(`${name} weights`, dimensions, channelsFirst(filters))];
  if (bias !== undefined) operands.push(graph.constant(`${name} bias`, [channels], bias));
  const value = graph.node('Conv', operands, as, {
    kernel_shape: [height, width],
    strides: [...window.strides],
    dilations: [...window.dilations],
    pads,
    group: depthwise ? inputs : 1,
  });
  return { value, channels, height: rows, width: columns };
}

/**
 * The largest or the mean value under a window; padding counts for neither, as in TensorFlow.
 * @throws WinnowError BAD_INPUT for a padding that is neither SAME nor VALID.
 */
export function pool(
  graph: OnnxGraph,
  kind: 'MaxPool' | 'AveragePool',
  x: Planes,
  window: Window,
  name: string,
): Planes {
  const { pads, height, width } = slide(x, window, name);
  const attributes = { kernel_shape: [...window.kernel], strides: [...window.strides], pads };
  return { ...x, value: graph.node(kind, [x.value], name, attributes), height, width };
}

/** Where a window of TensorFlow comes to lie: ONNX's pads (top, left, bottom, right), and the output's height and width. */
function slide(x: Planes, { kernel, strides, dilations, padding }: Window, name: string) {
  const rows = span(x.height, kernel[0], strides[0], dilations[0], padding, name);
  const columns = span(x.width, kernel[1], strides[1], dilations[1], padding, name);
  const pads = [rows.before, columns.before, rows.after, columns.after];
  return { pads, height: rows.length, width: columns.length };
}

/**
 * Padding before and after, and the output's length, along one axis. SAME gives ceil(length / stride) outputs and pads
 * what that takes, the odd one after: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
function span(length: number, kernel: number, stride: number, dilation: number, padding: string, name: string) {
  const reach = (kernel - 1) * dilation + 1;
  if (padding === 'SAME') {
    const outputs = Math.ceil(length / stride);
    const total = Math.max(0, (outputs - 1) * stride + reach - length);
    return { before: Math.floor(total / 2), after: Math.ceil(total / 2), length: outputs };
  }
  if (padding !== 'VALID') {
    throw new WinnowError('BAD_INPUT', `${name} must have padding SAME or VALID, but has ${padding || 'none'}.`);
  }
  if (reach > length)
    throw new WinnowError('BAD_INPUT', `${name} looks at ${reach} values in a row, but has ${length}.`);
  return { before: 0, after: 0, length: Math.floor((length - reach) / stride) + 1 };
}

/** Weights [height, width, in, out] as [out, in, height, width]; a depthwise convolution's as [in * out, 1, height, width]. */
function channelsFirst({ shape, values, depthwise }: Filters): Float32Array {
  const [height, width, inputs, outputs] = shape;
  const area = height * width;
  const result = new Float32Array(values.length);
  for (let from = 0, pixel = 0; pixel < area; pixel++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++, from++) {
        const filter = depthwise ? i * outputs + o : o * inputs + i;
        result[filter * area + pixel] = values[from];
      }
    }
  }
  return result;
}
