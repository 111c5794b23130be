import type { LayersModel as TensorflowModel } from '@tensorflow/tfjs-layers';

import { writeLayersModel, type LayersModel } from './convert/layers-model.js';
import type { TensorFlow } from './tensorflow.js';

/** A layers model in TensorFlow.js's own form, its weights ready. The caller disposes of it. */
export async function openInTensorflow(tf: TensorFlow, model: LayersModel): Promise<TensorflowModel> {
  const { json, weights } = writeLayersModel(model);
  const { modelTopology, weightsManifest } = JSON.parse(json.toString('utf8')) as {
    modelTopology: object;
    weightsManifest: [{ weights: { name: string; shape: number[]; dtype: 'float32' }[] }];
  };
  const [{ weights: weightSpecs }] = weightsManifest;
  const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length) as ArrayBuffer;
  return tf.loadLayersModel({ load: () => Promise.resolve({ modelTopology, weightSpecs, weightData }) });
}
