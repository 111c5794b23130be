import { OnnxGraph } from './convert/onnx-graph.js';
import type { Dense, HeadWeights } from './heads.js';

/**
 * The head as dense layers alone: normalisation, scale and shift go into the first layer's kernel and bias.
 * Folded in double precision, rounded to float32 once.
 */
export function foldHead(weights: HeadWeights): Dense[] {
  const [first, ...rest] = weights.layers;
  const { inputs, outputs } = first;
  const kernel = new Float32Array(inputs * outputs);
  const bias = Float64Array.from(first.bias);
  for (let i = 0; i < inputs; i++) {
    const factor = weights.scale[i] / weights.deviation[i];
    const offset = weights.shift[i] - weights.mean[i] * factor;
    for (let o = 0; o < outputs; o++) {
      kernel[i * outputs + o] = first.kernel[i * outputs + o] * factor;
      bias[o] += first.kernel[i * outputs + o] * offset;
    }
  }
  return [{ inputs, outputs, kernel, bias: Float32Array.from(bias) }, ...rest];
}

/** An .onnx file of the head: `features` [rows, dimensions] in, `logits` [rows, 1] out, both float32. */
export function headToOnnx(weights: HeadWeights): Uint8Array {
  const layers = foldHead(weights);
  const graph = new OnnxGraph('head');
  let x = graph.input('features', 'float32', ['rows', layers[0].inputs]);
  layers.forEach(({ inputs, outputs, kernel, bias }, layer) => {
    const last = layer + 1 === layers.length;
    const kernelName = graph.constant(`kernel_${layer}`, [inputs, outputs], kernel);
    const biasName = graph.constant(`bias_${layer}`, [outputs], bias);
    x = graph.node('Gemm', [x, kernelName, biasName], last ? 'logits' : `dense_${layer}`);
    if (!last) x = graph.node('Relu', [x], `hidden_${layer}`);
  });
  graph.output('logits', ['rows', 1]);
  return graph.encode();
}
