import { FLOAT, type Graph, type Node, type TensorProto } from '../onnx/model-file.js';

interface Operation {
  readonly weight: { readonly values: Float32Array; readonly dims: readonly number[] };
  /** Null when there is none, or it is not quantised with the weights. */
  readonly bias: Float32Array | null;
  /** Of the weights: which index has a scale of its own. */
  readonly axis: number;
}

/** Which parts of a graph are computed with integers. */
export interface Plan {
  readonly operations: ReadonlyMap<Node, Operation>;
  /** Tensors that are brought down to bytes. */
  readonly activations: ReadonlySet<string>;
  /** For a tensor that holds no other values than another one: that one's range is its own. */
  readonly rangeOf: ReadonlyMap<string, string>;
  /** Those of `activations` that no operation makes. */
  readonly fromOutside: ReadonlySet<string>;
}

/** They only move or choose values, and ONNX Runtime does that with bytes. */
const MOVES_VALUES = new Set(['MaxPool', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);
/** They have integer kernels when all they read is bytes, and what they give is made bytes. */
const JOINS_BYTES = new Set(['Add', 'Concat', 'GlobalAveragePool']);

/** @param float names of operations (their first outputs) to leave in float */
export function planQuantisation(graph: Graph, float: ReadonlySet<string>): Plan {
  const nodes = graph.node ?? [];
  const constants = new Map((graph.initializer ?? []).map((tensor) => [tensor.name ?? '', tensor]));
  const makers = new Map(nodes.flatMap((made) => (made.output ?? []).map((name) => [name, made])));
  const readers = new Map<string, Node[]>();
  for (const reader of nodes)
    for (const name of reader.input ?? []) readers.set(name, [...(readers.get(name) ?? []), reader]);

  const operations = new Map<Node, Operation>();
  const activations = new Set<string>();
  const rangeOf = new Map<string, string>();
  for (const candidate of nodes) {
    if (float.has(candidate.output?.[0] ?? '')) continue;
    const operation = operationOf(candidate, constants);
    if (operation === null) continue;
    operations.set(candidate, operation);
    activations.add(candidate.input![0]);
    // A matrix product may give floats; a convolution has an integer kernel only when it gives bytes.
    if (candidate.opType === 'Conv') activations.add(afterRelu(candidate.output![0], readers));
  }
  for (const follower of nodes) {
    const inputs = (follower.input ?? []).filter((name) => !constants.has(name));
    if (inputs.length === 0 || !inputs.every((name) => activations.has(name))) continue;
    const output = follower.output?.[0] ?? '';
    if (MOVES_VALUES.has(follower.opType ?? '')) {
      activations.add(output);
      rangeOf.set(output, rangeOf.get(inputs[0]) ?? inputs[0]);
    } else if (
      JOINS_BYTES.has(follower.opType ?? '') &&
      inputs.length === follower.input?.length &&
      readers.has(output)
    ) {
      activations.add(follower.opType === 'Add' ? afterRelu(output, readers) : output);
    }
  }
  const outputs = new Set((graph.output ?? []).map(({ name }) => name));
  for (const name of activations) if (outputs.has(name)) activations.delete(name);
  return {
    operations,
    activations,
    rangeOf,
    fromOutside: new Set([...activations].filter((name) => !makers.has(name))),
  };
}

/** The tensor behind a Relu that is the only reader: ONNX Runtime takes it into the operation before. */
function afterRelu(name: string, readers: ReadonlyMap<string, Node[]>): string {
  const [reader, ...others] = readers.get(name) ?? [];
  return reader?.opType === 'Relu' && others.length === 0 ? reader.output![0] : name;
}

function operationOf(
  { opType, input, attribute }: Node,
  constants: ReadonlyMap<string, TensorProto>,
): Operation | null {
  const [, weightName, biasName] = input ?? [];
  const tensor = constants.get(weightName);
  if (tensor === undefined || constants.has(input![0])) return null;
  const values = floatsOf(tensor);
  const dims = (tensor.dims ?? []).map(Number);
  if (values === null) return null;
  const biasTensor = biasName ? constants.get(biasName) : undefined;
  const bias = biasTensor === undefined ? null : floatsOf(biasTensor);
  const attributeOf = (name: string) => attribute?.find((found) => found.name === name);
  switch (opType) {
    case 'Conv':
      return biasName && bias === null ? null : { weight: { values, dims }, bias, axis: 0 };
    case 'MatMul':
      return dims.length === 2 ? { weight: { values, dims }, bias: null, axis: 1 } : null;
    case 'Gemm': {
      const plain = [attributeOf('alpha')?.f ?? 1, attributeOf('beta')?.f ?? 1].every((factor) => factor === 1);
      if (!plain || Number(attributeOf('transA')?.i ?? 0) !== 0 || (biasName && bias === null)) return null;
      const axis = Number(attributeOf('transB')?.i ?? 0) === 1 ? 0 : 1;
      return { weight: { values, dims }, bias: bias?.length === dims[axis] ? bias : null, axis };
    }
    default:
      return null;
  }
}

/** The values of a float32 tensor; null for any other. */
function floatsOf({ dataType, rawData, floatData }: TensorProto): Float32Array | null {
  if (dataType !== FLOAT) return null;
  if (!rawData?.length) return Float32Array.from(floatData ?? []);
  return new Float32Array(Uint8Array.from(rawData).buffer);
}
