import { WinnowError } from '../../errors.js';
import type { Layer, LayersModel } from './layers-model.js';
import { OnnxGraph } from './onnx-graph.js';
import type { Planes, Window } from './planes.js';

/**
 * The output of a layer. `shape` is TensorFlow's without the batch, [height, width, channels] or [length]; the ONNX
 * value has its channels first.
 */
export interface Output {
  readonly value: string;
  readonly shape: readonly number[];
}

export type LayerOperator = (layer: Layer, conversion: LayersConversion) => Output;

/** BYTES: `pixels`, uint8 [n, height, width, 3], 0..255. FLOATS: `input`, float32 in TensorFlow's shape. */
export type LayersInput = 'BYTES' | 'FLOATS';

/** A conversion under way. A layer is converted when its output is first asked for. */
export class LayersConversion {
  readonly graph: OnnxGraph;
  readonly #done = new Map<string, Output>();
  readonly #uses = new Map<string, number>();

  constructor(
    readonly model: LayersModel,
    readonly input: LayersInput,
    readonly operators: Readonly<Record<string, LayerOperator>>,
  ) {
    this.graph = new OnnxGraph(model.name);
    const used = [...model.layers.values()].flatMap(({ inputs }) => inputs);
    for (const name of [...used, model.output]) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
  }

  output(name: string): Output {
    const done = this.#done.get(name);
    if (done !== undefined) return done;
    const layer = this.layer(name);
    if (!Object.hasOwn(this.operators, layer.type)) {
      const known = Object.keys(this.operators).join(', ');
      throw bad(`${layer.type} (${name}) cannot be converted to ONNX. The layers that can are ${known}.`);
    }
    const result = this.operators[layer.type](layer, this);
    this.#done.set(name, result);
    return result;
  }

  layer(name: string): Layer {
    const layer = this.model.layers.get(name);
    if (layer === undefined) throw bad(`The model has no layer called ${name}.`);
    return layer;
  }

  /** Whether a layer's output goes to one place only. */
  isUsedOnce(name: string): boolean {
    return this.#uses.get(name) === 1;
  }

  /** A layer's only input. */
  inputOf(layer: Layer): Output {
    return this.output(layer.inputs[0]);
  }

  /** The only input of a layer that looks at pictures. */
  planesOf(layer: Layer): Planes {
    const { value, shape } = this.inputOf(layer);
    if (shape.length !== 3) throw bad(`${layer.name} must see [height, width, channels], but sees [${shape.join()}].`);
    const layout = layer.config.data_format ?? 'channels_last';
    if (layout !== 'channels_last')
      throw bad(`${layer.name} must have channels_last, but has ${JSON.stringify(layout)}.`);
    const [height, width, channels] = shape;
    return { value, height, width, channels };
  }

  /** @throws WinnowError BAD_INPUT when the model has no such weight. */
  weight(layer: Layer, name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const found = this.model.weights.get(`${layer.name}/${name}`);
    if (found === undefined) throw bad(`The weight ${layer.name}/${name} is not there.`);
    return found;
  }

  /** Adds an activation function by Keras's name. */
  activate(kind: unknown, x: Output, name: string): Output {
    switch (kind ?? 'linear') {
      case 'linear':
        return x;
      case 'relu':
        return { ...x, value: this.graph.node('Relu', [x.value], name) };
      case 'relu6':
        return { ...x, value: this.graph.node('Clip', [x.value, this.number(0), this.number(6)], name) };
      case 'sigmoid':
        return { ...x, value: this.graph.node('Sigmoid', [x.value], name) };
      default:
        throw bad(`${name} must use linear, relu, relu6 or sigmoid, but uses ${JSON.stringify(kind)}.`);
    }
  }

  /** Constants, one a channel, in a shape that goes with an output. */
  perChannel(name: string, { shape }: Output, values: Float32Array): string {
    return this.graph.constant(name, shape.length === 3 ? [values.length, 1, 1] : [values.length], values);
  }

  number(value: number): string {
    return this.graph.constant(`number ${value}`, [], Float32Array.of(value));
  }
}

export function outputOf({ value, height, width, channels }: Planes): Output {
  return { value, shape: [height, width, channels] };
}

/** The window of a convolution or a pooling; Keras lets one number stand for both sides. */
export function windowOf({ config }: Layer, kernel: unknown, strides: unknown): Window {
  const pair = (value: unknown) => (Array.isArray(value) ? value : [value, value]) as [number, number];
  const { dilation_rate: dilations = 1, padding = 'valid' } = config;
  return {
    kernel: pair(kernel),
    strides: pair(strides),
    dilations: pair(dilations),
    padding: (padding as string).toUpperCase(),
  };
}

export function bad(message: string): WinnowError {
  return new WinnowError('BAD_INPUT', message);
}
