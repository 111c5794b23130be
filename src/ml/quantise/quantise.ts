import { WinnowError } from '../../errors.js';
import {
  constant,
  encodeModel,
  node,
  opsetOf,
  readModelFile,
  type Node,
  type TensorProto,
} from '../onnx/model-file.js';
import { activationScale, quantiseBias, quantiseWeights, type Range } from './numbers.js';
import { planQuantisation } from './plan.js';

/** Raised with every change here that may change features. It is part of a backbone's fingerprint. */
export const QUANTISER_VERSION = 1;

/** From this operator set on, DequantizeLinear knows an axis. */
const FIRST_OPSET = 13;

/**
 * Writes a network anew with 8-bit weights and activations: every tensor that a quantised operation reads or a convolution
 * writes passes QuantizeLinear and DequantizeLinear, which ONNX Runtime fuses with the operation into an integer kernel.
 * What has no such kernel stays in float between them.
 * @param network an .onnx file of the common form
 * @param ranges of each activation, by name; see activationNames
 * @param float names of operations to leave in float
 */
export function quantiseNetwork(
  network: Uint8Array,
  ranges: ReadonlyMap<string, Range>,
  float: ReadonlySet<string> = new Set(),
): Uint8Array {
  const model = readModelFile(network);
  const plan = planQuantisation(model.graph, float);
  const made: Node[] = [];
  const constants: TensorProto[] = [];
  const doubled = (name: string) => `int8/${name}`;

  const scales = new Map<string, { scale: number; zeroPoint: number }>();
  for (const name of plan.activations) {
    const range = ranges.get(plan.rangeOf.get(name) ?? name);
    if (range === undefined) throw new WinnowError('INTERNAL', `The range of ${name} was not measured.`);
    scales.set(name, activationScale(range));
  }
  const throughBytes = (name: string): Node[] => {
    const { scale, zeroPoint } = scales.get(name)!;
    const parameters = [`int8/${name} scale`, `int8/${name} zero`];
    constants.push(constant(parameters[0], [], Float32Array.of(scale)));
    constants.push(constant(parameters[1], [], Uint8Array.of(zeroPoint)));
    return [
      node('QuantizeLinear', [name, ...parameters], `int8/${name} bytes`),
      node('DequantizeLinear', [`int8/${name} bytes`, ...parameters], doubled(name)),
    ];
  };
  const weightsOf = (operation: Node): string[] => {
    const { weight, bias, axis } = plan.operations.get(operation)!;
    const [, , biasName] = operation.input!;
    const { bytes, scales: weightScales } = quantiseWeights(weight.values, weight.dims, axis);
    const own = `int8/${operation.output![0]} weight`;
    constants.push(
      constant(`${own} bytes`, weight.dims, bytes),
      constant(`${own} scale`, [weightScales.length], weightScales),
    );
    constants.push(constant(`${own} zero`, [weightScales.length], new Int8Array(weightScales.length)));
    made.push(node('DequantizeLinear', [`${own} bytes`, `${own} scale`, `${own} zero`], own, { axis }));
    if (bias === null) return [own, ...(biasName ? [biasName] : [])];
    const input = scales.get(operation.input![0])!;
    const quantised = quantiseBias(bias, input.scale, weightScales);
    const named = `int8/${operation.output![0]} bias`;
    constants.push(constant(`${named} integers`, [bias.length], quantised.integers));
    constants.push(constant(`${named} scale`, [bias.length], quantised.scales));
    made.push(node('DequantizeLinear', [`${named} integers`, `${named} scale`], named, { axis: 0 }));
    return [own, named];
  };

  for (const name of plan.activations) if (plan.fromOutside.has(name)) made.push(...throughBytes(name));
  for (const operation of model.graph.node ?? []) {
    const input = (operation.input ?? []).map((name) => (plan.activations.has(name) ? doubled(name) : name));
    const quantised = plan.operations.has(operation) ? [input[0], ...weightsOf(operation)] : input;
    made.push({ ...operation, input: quantised });
    for (const name of operation.output ?? []) if (scales.has(name)) made.push(...throughBytes(name));
  }
  const kept = new Set(made.flatMap(({ input }) => input ?? []));
  const initializer = [...(model.graph.initializer ?? []).filter(({ name }) => kept.has(name ?? '')), ...constants];
  return encodeModel({ ...model, graph: { ...model.graph, node: made, initializer, valueInfo: [] } });
}

/** Names of the activations whose ranges quantiseNetwork needs. @throws WinnowError BAD_INPUT when it cannot be quantised. */
export function activationNames(network: Uint8Array): string[] {
  const model = readModelFile(network);
  if (opsetOf(model) < FIRST_OPSET) {
    throw new WinnowError(
      'BAD_INPUT',
      `To be quantised a network must be written for operator set ${FIRST_OPSET} or newer, but this one is for ${opsetOf(model)}. Export it again.`,
    );
  }
  const { activations, rangeOf, operations } = planQuantisation(model.graph, new Set());
  if (operations.size === 0) {
    throw new WinnowError(
      'BAD_INPUT',
      'The network has no convolution or matrix product with constant weights to quantise.',
    );
  }
  // A tensor that shares another one's range needs its own when the other one is left in float.
  return [...new Set([...activations, ...rangeOf.values()])];
}

/** The operations that quantiseNetwork can compute with integers, by the names of their outputs. */
export function operationNames(network: Uint8Array): string[] {
  const { operations } = planQuantisation(readModelFile(network).graph, new Set());
  return [...operations.keys()].map(({ output }) => output![0]);
}
