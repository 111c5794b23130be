import { constantInput, floatsOf, unexpected } from './conversion.js';
import type { Activation, Conversion } from './conversion.js';
import { integers, text, texts } from './graph-model.js';
import type { GraphNode } from './graph-model.js';
import { convolve } from './planes.js';

/** A convolution with what TensorFlow fused into it: a bias and Relu or Relu6. */
export function convolution(
  node: GraphNode,
  conversion: Conversion,
  { depthwise }: { depthwise: boolean },
): Activation {
  const x = conversion.activation(node.inputs[0]);
  const { shape } = constantInput(node, conversion, 1);
  const layout = text(node, 'data_format') ?? 'NHWC';
  if (layout !== 'NHWC') throw unexpected(node, 'data_format NHWC', layout);
  const [, stepDown = 1, stepRight = 1] = integers(node, 'strides') ?? [];
  const [, spreadDown = 1, spreadRight = 1] = integers(node, 'dilations') ?? [];
  const [bias, activation, ...others] = texts(node, 'fused_ops');
  if ((bias ?? 'BiasAdd') !== 'BiasAdd' || others.length > 0) {
    throw unexpected(node, 'fused_ops BiasAdd and an activation', texts(node, 'fused_ops').join());
  }
  const planes = convolve(
    conversion.graph,
    x,
    {
      kernel: [shape[0], shape[1]],
      strides: [stepDown, stepRight],
      dilations: [spreadDown, spreadRight],
      padding: text(node, 'padding') ?? '',
    },
    {
      shape,
      values: floatsOf(node, conversion, 1).map((value) => value * x.scale),
      bias: bias === undefined ? undefined : floatsOf(node, conversion, 2),
      depthwise,
    },
    node.name,
    activation === undefined ? node.name : `${node.name} linear`,
  );
  const result = { ...planes, scale: 1 };
  return activation === undefined ? result : conversion.activate(activation, result, node.name);
}
