import { constantInput, floatsOf, unexpected } from './conversion.js';
import type { Activation, Conversion } from './conversion.js';
import { integers, text, texts } from './graph-model.js';
import type { GraphNode } from './graph-model.js';

/** A convolution with what TensorFlow fused into it: a bias and Relu or Relu6. */
export function convolution(
  node: GraphNode,
  conversion: Conversion,
  { depthwise }: { depthwise: boolean },
): Activation {
  const { graph } = conversion;
  const x = conversion.activation(node.inputs[0]);
  const { shape } = constantInput(node, conversion, 1);
  const [height, width, inputs, perInput] = shape;
  const channels = depthwise ? inputs * perInput : perInput;
  const layout = text(node, 'data_format') ?? 'NHWC';
  if (layout !== 'NHWC') throw unexpected(node, 'data_format NHWC', layout);
  if (inputs !== x.channels) throw unexpected(node, `weights for ${x.channels} channels`, `[${shape.join()}]`);
  const [, stepDown = 1, stepRight = 1] = integers(node, 'strides') ?? [];
  const [, spreadDown = 1, spreadRight = 1] = integers(node, 'dilations') ?? [];
  const rows = span(node, x.height, height, stepDown, spreadDown);
  const columns = span(node, x.width, width, stepRight, spreadRight);

  const weights = channelsFirst(floatsOf(node, conversion, 1), shape, { depthwise, scale: x.scale });
  const dimensions = depthwise ? [channels, 1, height, width] : [channels, inputs, height, width];
  const operands = [x.value, graph.constant(`${node.name} weights`, dimensions, weights)];
  const [bias, activation, ...others] = texts(node, 'fused_ops');
  if ((bias ?? 'BiasAdd') !== 'BiasAdd' || others.length > 0) {
    throw unexpected(node, 'fused_ops BiasAdd and an activation', texts(node, 'fused_ops').join());
  }
  if (bias !== undefined) operands.push(graph.constant(`${node.name} bias`, [channels], floatsOf(node, conversion, 2)));
  const value = graph.node('Conv', operands, activation === undefined ? node.name : `${node.name} linear`, {
    kernel_shape: [height, width],
    strides: [stepDown, stepRight],
    dilations: [spreadDown, spreadRight],
    pads: [rows.before, columns.before, rows.after, columns.after],
    group: depthwise ? inputs : 1,
  });
  const result = { value, scale: 1, channels, height: rows.length, width: columns.length };
  return activation === undefined ? result : conversion.activate(activation, result, node.name);
}

/**
 * Padding before and after, and the output's length, along one axis. SAME gives ceil(length / stride) outputs and pads
 * what that takes, the odd one after: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
function span(node: GraphNode, length: number, kernel: number, stride: number, dilation: number) {
  const reach = (kernel - 1) * dilation + 1;
  const kind = text(node, 'padding');
  if (kind === 'VALID') return { before: 0, after: 0, length: Math.floor((length - reach) / stride) + 1 };
  if (kind !== 'SAME') throw unexpected(node, 'padding SAME or VALID', kind);
  const outputs = Math.ceil(length / stride);
  const total = Math.max(0, (outputs - 1) * stride + reach - length);
  return { before: Math.floor(total / 2), after: Math.ceil(total / 2), length: outputs };
}

/** Weights [height, width, in, out] as [out, in, height, width]; a depthwise convolution's as [in * out, 1, height, width]. */
function channelsFirst(
  values: Float32Array,
  shape: readonly number[],
  how: { depthwise: boolean; scale: number },
): Float32Array {
  const [height, width, inputs, outputs] = shape;
  const area = height * width;
  const result = new Float32Array(values.length);
  for (let from = 0, pixel = 0; pixel < area; pixel++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++, from++) {
        const filter = how.depthwise ? i * outputs + o : o * inputs + i;
        result[filter * area + pixel] = values[from] * how.scale;
      }
    }
  }
  return result;
}
