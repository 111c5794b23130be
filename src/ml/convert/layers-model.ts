import { WinnowError } from '../../errors.js';
import type { Constant } from './graph-model.js';

/** A TensorFlow.js (Keras) layers model in which every layer is used once. */
export interface LayersModel {
  readonly name: string;
  /** By name, in an order in which each comes after its inputs. */
  readonly layers: ReadonlyMap<string, Layer>;
  /** The layer whose output is the model's. */
  readonly output: string;
  /** `layer/weight` as TensorFlow.js calls them: `dense_1/kernel`, `bn/moving_mean`. */
  readonly weights: ReadonlyMap<string, Constant & { readonly values: Float32Array }>;
}

export interface Layer {
  readonly name: string;
  /** Keras's class: Conv2D, Dense, ... */
  readonly type: string;
  /** Keras's options, in its own spelling (`kernel_size`). What is left out has Keras's default. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
}

/** The two files of a layers model, as `tf.loadLayersModel` reads them. */
export interface LayersFiles {
  /** model.json */
  readonly json: Buffer;
  /** weights.bin */
  readonly weights: Buffer;
}

interface LayerJson {
  readonly name?: string;
  readonly class_name: string;
  readonly config: Record<string, unknown> & { name: string };
  readonly inbound_nodes?: readonly (readonly (readonly [string, number, number, unknown?])[])[];
}

interface TopologyJson {
  readonly class_name: string;
  readonly config: { name?: string; layers: LayerJson[]; output_layers?: [string, number, number][] } | LayerJson[];
}

interface ModelJson {
  readonly modelTopology: TopologyJson | { readonly model_config: TopologyJson };
  readonly weightsManifest: readonly {
    readonly weights: readonly { name: string; shape: number[]; dtype: string; quantization?: unknown }[];
  }[];
}

/** The weights file that `writeLayersModel` names in model.json. */
export const WEIGHTS_FILE = 'weights.bin';

/**
 * Reads a layers model of TensorFlow.js, sequential or functional.
 * @throws WinnowError BAD_INPUT for nested or shared layers, several outputs, or weights that are not float32.
 */
export function readLayersModel({ json, weights }: LayersFiles): LayersModel {
  const { modelTopology, weightsManifest } = JSON.parse(json.toString('utf8')) as ModelJson;
  const topology = 'model_config' in modelTopology ? modelTopology.model_config : modelTopology;
  const config = Array.isArray(topology.config) ? { layers: topology.config } : topology.config;
  const layers = topology.class_name === 'Sequential' ? chained(config.layers) : config.layers.map(functional);
  const outputs = config.output_layers ?? [[layers[layers.length - 1]?.name]];
  if (outputs.length !== 1) throw bad(`The model must have one output, but has ${outputs.length}.`);
  return {
    name: config.name ?? 'model',
    layers: new Map(layers.map((layer) => [layer.name, layer])),
    output: outputs[0][0],
    weights: cutWeights(weightsManifest, weights),
  };
}

/** Writes what `tf.loadLayersModel` reads, and `readLayersModel` too. */
export function writeLayersModel({ name, layers, output, weights }: LayersModel): LayersFiles {
  const all = [...layers.values()];
  const inputs = all.filter(({ type }) => type === 'InputLayer').map((layer) => [layer.name, 0, 0]);
  const modelTopology = {
    class_name: 'Model',
    config: {
      name,
      layers: all.map((layer) => ({
        name: layer.name,
        class_name: layer.type,
        config: { name: layer.name, ...layer.config },
        inbound_nodes: layer.inputs.length === 0 ? [] : [layer.inputs.map((from) => [from, 0, 0, {}])],
      })),
      input_layers: inputs,
      output_layers: [[output, 0, 0]],
    },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
  const manifest = [...weights].map(([weight, { shape }]) => ({ name: weight, shape, dtype: 'float32' }));
  const json = {
    format: 'layers-model',
    generatedBy: 'winnow',
    convertedBy: null,
    modelTopology,
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: manifest }],
  };
  const values = [...weights.values()].map(({ values: { buffer, byteOffset, byteLength } }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return { json: Buffer.from(JSON.stringify(json)), weights: Buffer.concat(values) };
}

/** The layers of a sequential model, each after the one before it, the first after an input of its shape. */
function chained(layers: readonly LayerJson[]): Layer[] {
  const first = layers[0];
  const shape = first?.config.batch_input_shape;
  if (!Array.isArray(shape)) throw bad('The first layer must have a batch_input_shape.');
  const made = layers.map((layer) => functional({ ...layer, inbound_nodes: [] }));
  const input: Layer = { name: 'input', type: 'InputLayer', config: { batch_input_shape: shape }, inputs: [] };
  const whole = first.class_name === 'InputLayer' ? made : [input, ...made];
  return whole.map((layer, i) => (i === 0 ? layer : { ...layer, inputs: [whole[i - 1].name] }));
}

function functional({ class_name: type, config, inbound_nodes: nodes = [] }: LayerJson): Layer {
  if ('layers' in config) throw bad(`${config.name} is a model within the model, which cannot be read.`);
  if (nodes.length > 1) throw bad(`${config.name} is used ${nodes.length} times; every layer must be used once.`);
  return { name: config.name, type, config, inputs: (nodes[0] ?? []).map(([from]) => from) };
}

function cutWeights(manifest: ModelJson['weightsManifest'], bytes: Buffer): LayersModel['weights'] {
  const cut = new Map<string, Constant & { values: Float32Array }>();
  let position = 0;
  for (const { name, shape, dtype, quantization } of manifest.flatMap(({ weights }) => weights)) {
    if (dtype !== 'float32' || quantization !== undefined)
      throw bad(`Weight ${name} must be float32, but is ${dtype}.`);
    const length = shape.reduce((product, size) => product * size, 1);
    const values = Uint8Array.from(bytes.subarray(position, (position += 4 * length)));
    if (values.length === 4 * length) cut.set(name, { shape, values: new Float32Array(values.buffer) });
  }
  if (position !== bytes.length) throw bad(`The weights must be ${position} bytes long, but are ${bytes.length}.`);
  return cut;
}

function bad(message: string): WinnowError {
  return new WinnowError('BAD_INPUT', message);
}
