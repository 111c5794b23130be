import onnxProto from 'onnx-proto';
import type { onnx as Onnx } from 'onnx-proto';

import { WinnowError } from '../../errors.js';

const { onnx } = onnxProto;

export type Model = Onnx.IModelProto;
export type Graph = Onnx.IGraphProto;
export type Node = Onnx.INodeProto;
export type TensorProto = Onnx.ITensorProto;

export const { FLOAT, FLOAT16, UINT8, INT8, INT32 } = onnx.TensorProto.DataType;

/** Operators that ONNX Runtime has itself; any other needs a library, and none is ever loaded. */
const DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

/**
 * Reads an .onnx file of unknown origin. What comes back holds all that will ever be given to ONNX Runtime: parts of the file
 * that the schema (ONNX 1.10) does not name are left out, and tensors whose values stand in other files are refused,
 * because their paths could lead anywhere on this machine.
 * @throws WinnowError BAD_INPUT that says what is wrong.
 */
export function readModelFile(bytes: Uint8Array): Model & { graph: Graph } {
  let model: Model;
  try {
    model = onnx.ModelProto.decode(bytes);
  } catch (cause) {
    throw new WinnowError('BAD_INPUT', 'The file must be an ONNX model, but it cannot be read as one.', { cause });
  }
  const { graph, opsetImport, functions } = model;
  if (!graph?.node?.length) {
    throw new WinnowError('BAD_INPUT', 'The file must be an ONNX model, but it has no operations.');
  }
  const foreign = [...(opsetImport ?? [])].find(({ domain }) => !DOMAINS.has(domain ?? ''));
  if (foreign) {
    throw new WinnowError(
      'BAD_INPUT',
      `The model needs operators of "${foreign.domain}", which ONNX Runtime does not have by itself.`,
    );
  }
  refuseExternalData(graph);
  for (const { node } of functions ?? []) refuseExternalData({ node });
  return { ...model, graph, trainingInfo: [], metadataProps: [] };
}

/** The bytes of an .onnx file. */
export function encodeModel(model: Model): Uint8Array {
  return onnx.ModelProto.encode(model).finish();
}

/** Version of the standard operators that the model is written for. */
export function opsetOf({ opsetImport }: Model): number {
  const standard = opsetImport?.find(({ domain }) => !domain || domain === 'ai.onnx');
  return Number(standard?.version ?? 1);
}

/** All values that a node reads, those of the graphs within it included. */
export function readBy({ input, attribute }: Node): string[] {
  const graphs = (attribute ?? []).flatMap(({ g, graphs: more }) => [...(g ? [g] : []), ...(more ?? [])]);
  const inner = graphs.flatMap(({ node, output }) => [
    ...(node ?? []).flatMap(readBy),
    ...(output ?? []).map(({ name }) => name ?? ''),
  ]);
  return [...(input ?? []), ...inner].filter((name) => name !== '');
}

export function node(
  opType: string,
  input: string[],
  output: string,
  attributes: Record<string, number | number[]> = {},
): Node {
  const { INT, INTS } = onnx.AttributeProto.AttributeType;
  const attribute = Object.entries(attributes).map(([name, value]) =>
    Array.isArray(value) ? { name, type: INTS, ints: value } : { name, type: INT, i: value },
  );
  return { opType, name: output, input, output: [output], attribute };
}

const TYPES = new Map<unknown, number>([
  [Float32Array, FLOAT],
  [Uint8Array, UINT8],
  [Int8Array, INT8],
  [Int32Array, INT32],
]);

export function constant(
  name: string,
  dims: readonly number[],
  values: Float32Array | Uint8Array | Int8Array | Int32Array,
): TensorProto {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims: [...dims], dataType: TYPES.get(values.constructor), rawData };
}

/** @param shape sizes; one that is a text may differ from run to run */
export function valueInfo(name: string, elemType: number, shape: readonly (number | string)[]): Onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function refuseExternalData({ node: nodes, initializer, sparseInitializer }: Graph): void {
  const tensors = [...(initializer ?? []), ...(sparseInitializer ?? []).flatMap(partsOf)];
  for (const { attribute } of nodes ?? []) {
    for (const { t, tensors: more, g, graphs, sparseTensor, sparseTensors } of attribute ?? []) {
      tensors.push(...(t ? [t] : []), ...(more ?? []));
      tensors.push(...[...(sparseTensor ? [sparseTensor] : []), ...(sparseTensors ?? [])].flatMap(partsOf));
      for (const inner of [...(g ? [g] : []), ...(graphs ?? [])]) refuseExternalData(inner);
    }
  }
  const outside = tensors.find(({ dataLocation, externalData }) => dataLocation || externalData?.length);
  if (outside) {
    throw new WinnowError(
      'BAD_INPUT',
      `The values of ${outside.name || 'a tensor'} stand in another file. Export the model again with everything in one .onnx file.`,
    );
  }
}

function partsOf({ values, indices }: Onnx.ISparseTensorProto): TensorProto[] {
  return [values, indices].filter((part) => part != null);
}
