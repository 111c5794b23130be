import { bad, LayersConversion, type LayersInput } from './layers-conversion.js';
import type { LayersModel } from './layers-model.js';
import { LAYERS } from './layers-operators.js';

export interface LayersOptions {
  readonly input: LayersInput;
  /** What the .onnx file's output is called. Its shape is TensorFlow's. */
  readonly output: string;
}

/**
 * Converts a TensorFlow.js layers model to ONNX, for any number of rows.
 * @returns the bytes of an .onnx file.
 * @throws WinnowError BAD_INPUT that names the layer that cannot be converted.
 */
export function layersToOnnx(model: LayersModel, { input, output }: LayersOptions): Uint8Array {
  if (model.layers.has(output)) throw bad(`The output cannot be called ${output}, as a layer is.`);
  const conversion = new LayersConversion(model, input, LAYERS);
  const { graph } = conversion;
  const { value, shape } = conversion.output(model.output);
  if (shape.length === 1) graph.node('Identity', [value], output);
  else graph.node('Transpose', [value], output, { perm: [0, 2, 3, 1] });
  graph.output(output, ['n', ...shape]);
  return graph.encode();
}
