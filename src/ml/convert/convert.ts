import { Conversion } from './conversion.js';
import type { GraphModel } from './graph-model.js';
import { OPERATORS } from './operators.js';

/** Raised with every change here that may change features. It is part of a backbone's fingerprint. */
export const CONVERTER_VERSION = 1;

export interface ConvertOptions {
  /** Operations whose outputs, each averaged over space and joined in this order, are the features. */
  readonly taps: readonly string[];
  /** Height and width of the pictures, in pixels. */
  readonly size: number;
}

/**
 * Converts a TensorFlow.js graph model, up to its taps, to ONNX: input `pixels`, uint8 [n, size, size, 3], output
 * `features`, float32 [n, dimensions], for any n.
 * @returns the bytes of an .onnx file.
 * @throws WinnowError BAD_INPUT that names the operation that cannot be converted.
 */
export function convertToOnnx(model: GraphModel, { taps, size }: ConvertOptions): Uint8Array {
  const conversion = new Conversion(model, size, OPERATORS);
  const { graph } = conversion;
  const activations = taps.map((tap) => conversion.activation(tap));
  const means = activations.map((activation) => {
    const value = graph.node('GlobalAveragePool', [activation.value], `${activation.value} mean`);
    return conversion.scaled({ ...activation, value, height: 1, width: 1 });
  });
  graph.node('Flatten', [graph.node('Concat', means, 'means', { axis: 1 })], 'features', { axis: 1 });
  graph.output('features', ['n', activations.reduce((sum, { channels }) => sum + channels, 0)]);
  return graph.encode();
}
