import type { Calibration } from './calibration.js';
import type { Layer, LayersModel } from './convert/layers-model.js';
import { headLayers } from './heads-layers.js';
import { constant, encodeModel, FLOAT, FLOAT16, node, readModelFile, valueInfo } from './onnx/model-file.js';

/** What a model is made of, to be given away as one file. */
export interface ModelParts {
  /** The head's .onnx file. */
  readonly head: Uint8Array;
  readonly calibration: Pick<Calibration, 'slope' | 'intercept'>;
}

/**
 * The whole model as one .onnx file, for any program with ONNX Runtime: `pixels`, uint8 [n, size, size, 3], RGB, in;
 * `logit` and `score`, float32 [n, 1], out. Features are rounded to 16 bits on the way, as the catalog stores them: the
 * scores are the catalog's.
 * @param backbone the .onnx file of the backbone.
 */
export function modelToOnnx(backbone: Uint8Array, { head, calibration }: ModelParts): Uint8Array {
  const model = readModelFile(backbone);
  const { graph } = model;
  const inside = readModelFile(head).graph;
  // The backbone may call something of its own the same.
  const named = (name: string) => (name === 'features' ? 'head/features' : `head/${name}`);
  const layers = (inside.node ?? []).map((layer) => ({
    ...layer,
    name: named(layer.name ?? ''),
    input: (layer.input ?? []).map(named),
    output: (layer.output ?? []).map(named),
  }));
  const rounded = node('Cast', ['features'], 'head/half', { to: FLOAT16 });
  const widened = node('Cast', ['head/half'], 'head/features', { to: FLOAT });
  const scored = [
    node('Identity', ['head/logits'], 'logit'),
    node('Mul', ['logit', 'head/slope'], 'head/scaled'),
    node('Add', ['head/scaled', 'head/intercept'], 'head/calibrated'),
    node('Sigmoid', ['head/calibrated'], 'score'),
  ];
  const numbers = [
    constant('head/slope', [], Float32Array.of(calibration.slope)),
    constant('head/intercept', [], Float32Array.of(calibration.intercept)),
  ];
  return encodeModel({
    ...model,
    producerName: 'winnow',
    graph: {
      ...graph,
      name: 'model',
      node: [...(graph.node ?? []), rounded, widened, ...layers, ...scored],
      initializer: [
        ...(graph.initializer ?? []),
        ...(inside.initializer ?? []).map((tensor) => ({ ...tensor, name: named(tensor.name ?? '') })),
        ...numbers,
      ],
      output: [valueInfo('logit', FLOAT, ['n', 1]), valueInfo('score', FLOAT, ['n', 1])],
    },
  });
}

/**
 * The model as a layers model of TensorFlow.js, the score out. Its calibration stands in the last layer's weights.
 * @param backbone pictures, RGB 0..255, go in there; without one it is the head alone, and features go in.
 */
export function modelToLayers(backbone: LayersModel | null, { head, calibration }: ModelParts): LayersModel {
  const { slope, intercept } = calibration;
  const top = headLayers(head);
  const [input, ...dense] = top.layers.values();
  const first = backbone?.output ?? input.name;
  const layers = dense.map((layer): Layer => {
    const last = layer.name === top.output;
    return {
      ...layer,
      name: last ? 'score' : layer.name,
      config: last ? { ...layer.config, activation: 'sigmoid' } : layer.config,
      inputs: layer.inputs.map((from) => (from === input.name ? first : from)),
    };
  });
  const weights = [...top.weights].map(([name, weight]) => {
    if (name === 'logit/kernel') return ['score/kernel', { ...weight, values: weight.values.map((w) => w * slope) }] as const;
    if (name === 'logit/bias') return ['score/bias', { ...weight, values: weight.values.map((b) => b * slope + intercept) }] as const;
    return [name, weight] as const;
  }); // prettier-ignore
  const below = backbone ? [...backbone.layers] : [[input.name, input] as const];
  return {
    name: 'winnow',
    layers: new Map([...below, ...layers.map((layer) => [layer.name, layer] as const)]),
    output: 'score',
    weights: new Map([...(backbone?.weights ?? []), ...weights]),
  };
}
