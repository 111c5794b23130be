import { WinnowError } from '../../errors.js';
import type { Constant, GraphModel, GraphNode } from './graph-model.js';
import { OnnxGraph } from './onnx-graph.js';
import type { Planes } from './planes.js';

/**
 * The output of a TensorFlow operation: float32 [n, channels, height, width], namely the ONNX value times `scale`. The
 * factor is carried along until a convolution takes it into its weights, so that multiplying by a constant costs nothing.
 */
export interface Activation extends Planes {
  readonly scale: number;
}

export type Operator = (node: GraphNode, conversion: Conversion) => Activation;

/** A conversion under way. Operations are converted when their output is first asked for, so unused ones never are. */
export class Conversion {
  readonly graph = new OnnxGraph('backbone');
  readonly #done = new Map<string, Activation>();

  /** @param size height and width of the picture, in pixels. */
  constructor(
    readonly model: GraphModel,
    readonly size: number,
    readonly operators: Readonly<Record<string, Operator>>,
  ) {}

  /** The output of an operation. @throws WinnowError BAD_INPUT when it is not there or cannot be converted. */
  activation(name: string): Activation {
    const done = this.#done.get(name);
    if (done !== undefined) return done;
    const node = this.model.nodes.get(name);
    if (node === undefined) throw new WinnowError('BAD_INPUT', `The graph has no operation called ${name}.`);
    if (!Object.hasOwn(this.operators, node.op)) {
      const known = Object.keys(this.operators).join(', ');
      throw new WinnowError(
        'BAD_INPUT',
        `${node.op} (${name}) cannot be converted to ONNX. Those that can are ${known}.`,
      );
    }
    const result = this.operators[node.op](node, this);
    this.#done.set(name, result);
    return result;
  }

  /** The ONNX value of an activation with its scale applied. */
  scaled({ value, scale, channels, height, width }: Activation): string {
    if (scale === 1) return value;
    const name = `${value} scaled by ${scale}`;
    if (height * width === 1) {
      return this.graph.node('Mul', [value, this.graph.constant(`factor ${scale}`, [], Float32Array.of(scale))], name);
    }
    // Not Mul: between convolutions ONNX Runtime keeps channels in blocks, and would unpack and repack them around it.
    const weights = this.graph.constant(`${name} weights`, [channels, 1, 1, 1], new Float32Array(channels).fill(scale));
    return this.graph.node('Conv', [value, weights], name, { kernel_shape: [1, 1], group: channels });
  }

  /** Adds the activation function that TensorFlow calls Relu or Relu6. */
  activate(kind: string, x: Activation, name: string): Activation {
    if (kind === 'Relu' && x.scale > 0) return { ...x, value: this.graph.node('Relu', [x.value], name) };
    if (kind === 'Relu') return { ...x, scale: 1, value: this.graph.node('Relu', [this.scaled(x)], name) };
    if (kind !== 'Relu6') throw new WinnowError('BAD_INPUT', `${name} must use Relu or Relu6, but uses ${kind}.`);
    const limits = [0, 6].map((limit) => this.graph.constant(`limit ${limit}`, [], Float32Array.of(limit)));
    return { ...x, scale: 1, value: this.graph.node('Clip', [this.scaled(x), ...limits], name) };
  }
}

/** The constant that is a node's input. @throws WinnowError BAD_INPUT when that input is computed. */
export function constantInput(node: GraphNode, { model }: Conversion, position: number): Constant {
  const found = model.constants.get(node.inputs[position]);
  if (found === undefined) throw unexpected(node, `a constant as input ${position}`, node.inputs[position]);
  return found;
}

export function floatsOf(node: GraphNode, conversion: Conversion, position: number): Float32Array {
  const { values } = constantInput(node, conversion, position);
  if (!(values instanceof Float32Array)) throw unexpected(node, `float weights as input ${position}`, 'integers');
  return values;
}

export function unexpected(node: GraphNode, expected: string, actual: string | undefined): WinnowError {
  return new WinnowError('BAD_INPUT', `${node.op} ${node.name} must have ${expected}, but has ${actual ?? 'none'}.`);
}
