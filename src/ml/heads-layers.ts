import { WinnowError } from '../errors.js';
import type { Layer, LayersModel } from './convert/layers-model.js';
import { readModelFile } from './onnx/model-file.js';

/**
 * The layers of a head's .onnx file (see heads-onnx.ts) as a layers model of TensorFlow.js: `features` in, the logit out.
 * The numbers are the file's own, bit for bit.
 * @throws WinnowError MODEL_DAMAGED when it is no such file.
 */
export function headLayers(head: Uint8Array): LayersModel {
  const { graph } = readModelFile(head);
  const constants = new Map((graph.initializer ?? []).map((constant) => [constant.name, constant]));
  const arrayOf = (name: string) => {
    const { dims, rawData } = constants.get(name) ?? {};
    if (!dims || !rawData) throw new WinnowError('MODEL_DAMAGED', `The head has no constant called ${name}.`);
    return { shape: dims.map(Number), values: new Float32Array(Uint8Array.from(rawData).buffer) };
  };
  const count = (graph.node ?? []).filter(({ opType }) => opType === 'Gemm').length;
  const weights = new Map<string, ReturnType<typeof arrayOf>>();
  const { shape } = arrayOf('kernel_0');
  const layers: Layer[] = [
    { name: 'features', type: 'InputLayer', config: { batch_input_shape: [null, shape[0]], dtype: 'float32' }, inputs: [] },
  ]; // prettier-ignore
  for (let i = 0; i < count; i++) {
    const last = i + 1 === count;
    const name = last ? 'logit' : `dense_${i}`;
    const [kernel, bias] = [arrayOf(`kernel_${i}`), arrayOf(`bias_${i}`)];
    weights.set(`${name}/kernel`, kernel).set(`${name}/bias`, bias);
    const config = { units: kernel.shape[1], activation: last ? 'linear' : 'relu', use_bias: true };
    layers.push({ name, type: 'Dense', config, inputs: [layers[i].name] });
  }
  return { name: 'head', layers: new Map(layers.map((layer) => [layer.name, layer])), output: 'logit', weights };
}
