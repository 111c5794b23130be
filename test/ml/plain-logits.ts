import type { HeadWeights } from '../../src/ml/heads.js';

/** The logits of a head by plain loops in double precision, from its weights as they were learnt: nothing folded. */
export function plainLogits(weights: HeadWeights, features: Float32Array): Float64Array {
  const dimensions = weights.mean.length;
  const logits = new Float64Array(features.length / dimensions);
  for (let row = 0; row < logits.length; row++) {
    let x = Float64Array.from(weights.mean, (mean, d) => {
      const normal = (features[row * dimensions + d] - mean) / weights.deviation[d];
      return normal * weights.scale[d] + weights.shift[d];
    });
    weights.layers.forEach(({ outputs, kernel, bias }, layer) => {
      const last = layer + 1 === weights.layers.length;
      x = Float64Array.from(bias, (sum, output) => {
        for (let input = 0; input < x.length; input++) sum += x[input] * kernel[input * outputs + output];
        return last ? sum : Math.max(sum, 0);
      });
    });
    logits[row] = x[0];
  }
  return logits;
}
