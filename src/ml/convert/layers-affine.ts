import { bad, outputOf, windowOf, type LayersConversion, type Output } from './layers-conversion.js';
import type { Layer } from './layers-model.js';
import { convolve, type Window } from './planes.js';

/** y = factor * x + offset, one pair a channel, in double precision. */
interface Scaling {
  readonly factor: Float64Array;
  readonly offset: Float64Array;
}

interface Kernel {
  /** TensorFlow's; its last axis, or the last two of a depthwise convolution, are the outputs. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly bias?: Float32Array;
}

const AFFINE = ['Conv2D', 'DepthwiseConv2D', 'Dense'];

/** Conv2D, DepthwiseConv2D and Dense with their activation; a Dense layer on planes is a 1 x 1 convolution. */
export function affine(layer: Layer, conversion: LayersConversion): Output {
  const linear = layer.config.activation === undefined || layer.config.activation === 'linear';
  const x = multiply(layer, kernelOf(layer, conversion), conversion, linear ? layer.name : `${layer.name} linear`);
  return conversion.activate(layer.config.activation, x, layer.name);
}

/**
 * Folded into the weights of the layer before it, where that is linear and goes nowhere else: in double precision,
 * rounded to float32 once. Elsewhere a multiplication and an addition.
 */
export function batchNormalization(layer: Layer, conversion: LayersConversion): Output {
  const before = conversion.layer(layer.inputs[0]);
  const linear = before.config.activation === undefined || before.config.activation === 'linear';
  if (AFFINE.includes(before.type) && linear && conversion.isUsedOnce(before.name)) {
    const kernel = kernelOf(before, conversion);
    return multiply(before, scaled(kernel, scalingOf(layer, conversion)), conversion, layer.name);
  }
  const x = conversion.inputOf(layer);
  const axis = (layer.config.axis ?? -1) as number;
  if (axis !== -1 && axis !== x.shape.length)
    throw bad(`${layer.name} must normalise the last axis, but has axis ${axis}.`);
  const { factor, offset } = scalingOf(layer, conversion);
  const [by, plus] = [factor, offset].map((values, i) =>
    conversion.perChannel(`${layer.name} ${['factor', 'offset'][i]}`, x, Float32Array.from(values)),
  );
  const { graph } = conversion;
  return {
    ...x,
    value: graph.node('Add', [graph.node('Mul', [x.value, by], `${layer.name} scaled`), plus], layer.name),
  };
}

function scalingOf(layer: Layer, conversion: LayersConversion): Scaling {
  const { scale = true, center = true, epsilon = 1e-3 } = layer.config;
  const mean = conversion.weight(layer, 'moving_mean').values;
  const variance = conversion.weight(layer, 'moving_variance').values;
  const gamma = scale === false ? undefined : conversion.weight(layer, 'gamma').values;
  const beta = center === false ? undefined : conversion.weight(layer, 'beta').values;
  const factor = Float64Array.from(variance, (v, i) => (gamma?.[i] ?? 1) / Math.sqrt(v + (epsilon as number)));
  return { factor, offset: factor.map((f, i) => (beta?.[i] ?? 0) - mean[i] * f) };
}

function kernelOf(layer: Layer, conversion: LayersConversion): Kernel {
  const { use_bias: biased = true } = layer.config;
  const { shape, values } = conversion.weight(layer, layer.type === 'DepthwiseConv2D' ? 'depthwise_kernel' : 'kernel');
  return { shape, values, bias: biased === false ? undefined : conversion.weight(layer, 'bias').values };
}

function scaled({ shape, values, bias }: Kernel, { factor, offset }: Scaling): Kernel {
  const outputs = factor.length;
  return {
    shape,
    values: values.map((value, i) => value * factor[i % outputs]),
    bias: Float32Array.from(offset, (value, i) => value + (bias?.[i] ?? 0) * factor[i]),
  };
}

/** The layer without its activation, on any kernel; the result is called `as`. */
function multiply(layer: Layer, kernel: Kernel, conversion: LayersConversion, as: string): Output {
  if (layer.type === 'Dense') return dense(layer, kernel, conversion, as);
  const { kernel_size: size, strides = 1 } = layer.config;
  const window = windowOf(layer, size, strides);
  if (layer.type === 'DepthwiseConv2D' && window.dilations.some((dilation) => dilation !== 1)) {
    throw bad(`${layer.name} must have no dilation: TensorFlow.js ignores that of a depthwise layer.`);
  }
  const filters = { ...kernel, depthwise: layer.type === 'DepthwiseConv2D' };
  return outputOf(convolve(conversion.graph, conversion.planesOf(layer), window, filters, layer.name, as));
}

function dense(layer: Layer, { shape, values, bias }: Kernel, conversion: LayersConversion, as: string): Output {
  const x = conversion.inputOf(layer);
  const { graph } = conversion;
  const [inputs, outputs] = shape;
  if (x.shape.length === 3) {
    const window: Window = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], padding: 'VALID' };
    const filters = { shape: [1, 1, inputs, outputs], values, bias, depthwise: false };
    return outputOf(convolve(graph, conversion.planesOf(layer), window, filters, layer.name, as));
  }
  if (x.shape[0] !== inputs)
    throw bad(`${layer.name} must have weights for ${x.shape[0]} inputs, but has [${shape.join()}].`);
  const operands = [x.value, graph.constant(`${layer.name} weights`, [inputs, outputs], values)];
  if (bias !== undefined) operands.push(graph.constant(`${layer.name} bias`, [outputs], bias));
  return { value: graph.node('Gemm', operands, as), shape: [outputs] };
}
