import { createHash } from 'node:crypto';

import { CONVERTER_VERSION } from '../convert/convert.js';
import { WEIGHTS_FILE, writeLayersModel, type LayersModel } from '../convert/layers-model.js';
import { layersToOnnx } from '../convert/layers-to-onnx.js';
import type { Engine } from '../engine.js';
import { fromFloat16, toFloat16 } from '../float16.js';
import type { HeadWeights } from '../heads.js';
import { constant, encodeModel, FLOAT, FLOAT16, node, readModelFile, valueInfo } from '../onnx/model-file.js';
import { extend } from '../vgg16/network.js';
import type { BackboneDefinition } from './definition.js';
import { vgg16 } from './vgg16.js';

/** The file of a model's directory that holds its network; WEIGHTS_FILE stands beside it. `tf.loadLayersModel` reads them. */
export const NETWORK_FILE = 'model.json';

/** A network that was trained together with its head. It belongs to one model, and lies in that model's directory. */
export interface FineTunedNetwork {
  /** Height and width of its squares, in pixels. */
  readonly size: number;
  /** Hex SHA-256 of each of its two files, by name. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Squares, RGB 0..255, in, and the logit out. */
  readonly read: () => Promise<LayersModel>;
}

/** The largest finite half. */
const MOST = 65_504;
const DIMENSIONS = 2;

/**
 * The backbone that such a network is. Its features are the logit as two halves, the second what the first one rounds
 * off: so features can be stored in 16 bits, as all are, and the logit keeps 22. The model's head is their sum.
 */
export function fineTunedBackbone({ size, hashes, read }: FineTunedNetwork): BackboneDefinition {
  const weights = sha256(hashes[NETWORK_FILE] + hashes[WEIGHTS_FILE]);
  return Object.freeze({
    name: 'vgg16-fine-tuned',
    size,
    dimensions: DIMENSIONS,
    precision: 'FP32' as const,
    about: {
      network: 'VGG16 with the head of one model, trained together',
      source: vgg16.about.source,
      licence: vgg16.about.licence,
    },
    made: { fineTuned: 'BLOCK4', size, features: 'the logit in two halves', conversion: CONVERTER_VERSION },
    weights: () => Promise.resolve(weights),
    bytes: async () => [...(await read()).weights.values()].reduce((sum, { values }) => sum + values.byteLength, 0),
    network: async () => inHalves(layersToOnnx(await read(), { input: 'BYTES', output: 'value' })),
    layers: async () => beforeSum(await read()),
    inTensorflow: async () => {
      const { openLayersEngine } = await import('../tensorflow-engine.js');
      return halving(await openLayersEngine(await read()));
    },
  } satisfies BackboneDefinition);
}

/** The two files of a network, by name. */
export function filesOfNetwork(network: LayersModel): Record<string, Uint8Array> {
  const { json, weights } = writeLayersModel(network);
  return { [NETWORK_FILE]: json, [WEIGHTS_FILE]: weights };
}

/** The head of a fine-tuned model: the sum of the two halves. */
export function sumOfHalves(): HeadWeights {
  const every = (value: number) => new Float32Array(DIMENSIONS).fill(value);
  const sum = { inputs: DIMENSIONS, outputs: 1, kernel: every(1), bias: new Float32Array(1) };
  return { mean: every(0), deviation: every(1), scale: every(1), shift: every(0), layers: [sum] };
}

/** @param network an .onnx file whose output `value` is the logit. */
function inHalves(network: Uint8Array): Uint8Array {
  const model = readModelFile(network);
  const { graph } = model;
  const limits = [-MOST, MOST].map((limit, i) => constant(`limit_${i}`, [], Float32Array.of(limit)));
  const halves = [
    node('Clip', ['value', 'limit_0', 'limit_1'], 'bounded'),
    node('Cast', ['bounded'], 'half', { to: FLOAT16 }),
    node('Cast', ['half'], 'high', { to: FLOAT }),
    node('Sub', ['bounded', 'high'], 'low'),
    node('Concat', ['high', 'low'], 'features', { axis: 1 }),
  ];
  return encodeModel({
    ...model,
    graph: {
      ...graph,
      node: [...(graph.node ?? []), ...halves],
      initializer: [...(graph.initializer ?? []), ...limits],
      output: [valueInfo('features', FLOAT, ['n', DIMENSIONS])],
    },
  });
}

/** With the logit and a zero out: in a layers model nothing is rounded, and the head's sum is the logit all the same. */
function beforeSum(network: LayersModel): LayersModel {
  const config = { units: DIMENSIONS, activation: 'linear', use_bias: false };
  const extended = extend(network, [{ name: 'halves', type: 'Dense', config, inputs: [network.output] }]);
  const kernel = { shape: [1, DIMENSIONS], values: Float32Array.of(1, 0) };
  return { ...extended, weights: new Map([...network.weights, ['halves/kernel', kernel]]) };
}

function halving(engine: Engine): Engine {
  return {
    async run(input, shape, into) {
      const logits = new Float32Array(shape[0]);
      await engine.run(input, shape, logits, [shape[0], 1]);
      const bounded = logits.map((logit) => Math.min(MOST, Math.max(-MOST, logit)));
      const high = fromFloat16(toFloat16(bounded));
      bounded.forEach((logit, i) => into.set([high[i], logit - high[i]], i * DIMENSIONS));
    },
    dispose: () => engine.dispose(),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
