import { convolution } from './convolution.js';
import { constantInput, floatsOf, unexpected } from './conversion.js';
import type { Activation, Conversion, Operator } from './conversion.js';
import { flag } from './graph-model.js';
import type { GraphNode } from './graph-model.js';
import { pixelsInput } from './planes.js';

/** How each TensorFlow operation, channels last, is said in ONNX, channels first. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  Placeholder: (node, { graph, size }) => ({ ...pixelsInput(graph, size, node.name), scale: 1 }),
  Conv2D: (node, conversion) => convolution(node, conversion, { depthwise: false }),
  _FusedConv2D: (node, conversion) => convolution(node, conversion, { depthwise: false }),
  DepthwiseConv2dNative: (node, conversion) => convolution(node, conversion, { depthwise: true }),
  FusedDepthwiseConv2dNative: (node, conversion) => convolution(node, conversion, { depthwise: true }),
  Add: add,
  AddV2: add,
  Mul: (node, conversion) => hardSwish(node, conversion) ?? multiply(node, conversion),
  Relu: (node, conversion) => conversion.activate('Relu', conversion.activation(node.inputs[0]), node.name),
  Relu6: (node, conversion) => conversion.activate('Relu6', conversion.activation(node.inputs[0]), node.name),
  Mean: mean,
};

function add(node: GraphNode, conversion: Conversion): Activation {
  const { graph } = conversion;
  const { activations, constant } = operands(node, conversion);
  const [a, b] = activations;
  if (constant !== undefined) {
    return { ...a, scale: 1, value: graph.node('Add', [conversion.scaled(a), constant.value()], node.name) };
  }
  const scale = a.scale === b.scale ? a.scale : 1;
  const values = a.scale === b.scale ? [a.value, b.value] : [conversion.scaled(a), conversion.scaled(b)];
  return { ...larger(a, b), scale, value: graph.node('Add', values, node.name) };
}

function multiply(node: GraphNode, conversion: Conversion): Activation {
  const { graph } = conversion;
  const { activations, constant } = operands(node, conversion);
  const [a, b] = activations;
  if (constant === undefined) {
    return { ...larger(a, b), scale: a.scale * b.scale, value: graph.node('Mul', [a.value, b.value], node.name) };
  }
  if (constant.factor !== undefined) return { ...a, scale: a.scale * constant.factor };
  return { ...a, value: graph.node('Mul', [a.value, constant.value()], node.name) };
}

/** c·x·relu6(x + 3) is 6c·HardSwish(x), which ONNX Runtime does inside the convolution before it: a fifth less time in all. */
function hardSwish(node: GraphNode, conversion: Conversion): Activation | undefined {
  const { graph, model } = conversion;
  const relu6 = node.inputs.find((name) => model.nodes.get(name)?.op === 'Relu6');
  const other = node.inputs.find((name) => name !== relu6);
  if (relu6 === undefined || other === undefined || model.constants.has(other)) return undefined;
  const sum = model.nodes.get(model.nodes.get(relu6)?.inputs[0] ?? '');
  if (sum === undefined || !['Add', 'AddV2'].includes(sum.op)) return undefined;
  const three = sum.inputs.find((name) => model.constants.has(name));
  const shifted = sum.inputs.find((name) => name !== three);
  if (three === undefined || shifted === undefined) return undefined;
  const x = conversion.activation(shifted);
  const factor = conversion.activation(other);
  const threes = model.constants.get(three)?.values;
  if (threes?.length !== 1 || threes[0] !== 3 || x.scale !== 1 || factor.value !== x.value) return undefined;
  return { ...x, scale: 6 * factor.scale, value: graph.node('HardSwish', [x.value], node.name) };
}

function mean(node: GraphNode, conversion: Conversion): Activation {
  const axes = constantInput(node, conversion, 1).values.join();
  if (axes !== '1,2' || !flag(node, 'keep_dims')) throw unexpected(node, 'axes 1,2 and keep_dims', `axes ${axes}`);
  const x = conversion.activation(node.inputs[0]);
  return { ...x, value: conversion.graph.node('GlobalAveragePool', [x.value], node.name), height: 1, width: 1 };
}

interface Operands {
  readonly activations: readonly Activation[];
  /** One number for all (`factor`) or one a channel; `value` is broadcast over [n, channels, height, width]. */
  readonly constant?: { readonly factor?: number; value(): string };
}

/** The two operands of an operation by elements: two activations, or an activation and a constant. */
function operands(node: GraphNode, conversion: Conversion): Operands {
  const { graph, model } = conversion;
  const activations = node.inputs
    .filter((name) => !model.constants.has(name))
    .map((name) => conversion.activation(name));
  const at = node.inputs.findIndex((name) => model.constants.has(name));
  if (activations.length !== (at < 0 ? 2 : 1))
    throw unexpected(node, 'an activation and another operand', node.inputs.join());
  if (at < 0) {
    const [a, b] = activations;
    const spans = [a, b].map(({ channels, height, width }) => `${channels}x${height}x${width}`);
    const broadcast = a.channels === b.channels && [a, b].some(({ height, width }) => height === 1 && width === 1);
    if (spans[0] !== spans[1] && !broadcast) throw unexpected(node, 'operands of one shape', spans.join(' and '));
    return { activations };
  }
  const { shape } = constantInput(node, conversion, at);
  const values = floatsOf(node, conversion, at);
  const [{ channels }] = activations;
  const single = values.length === 1;
  if (!single && (values.length !== channels || shape.at(-1) !== channels)) {
    throw unexpected(node, `1 or ${channels} constants`, `[${shape.join()}]`);
  }
  const value = () => graph.constant(node.inputs[at], single ? [] : [channels, 1, 1], values);
  return { activations, constant: { factor: single ? values[0] : undefined, value } };
}

function larger(a: Activation, b: Activation): Activation {
  return a.height * a.width >= b.height * b.width ? a : b;
}
