import { WinnowError } from '../../errors.js';
import { fromFloat16 } from '../float16.js';

/** A graph model as its two files hold it. */
export interface GraphFiles {
  readonly json: Buffer;
  readonly weights: Buffer;
}

/** A TensorFlow.js graph model: operations by name, and the constants that some of them stand for. */
export interface GraphModel {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly constants: ReadonlyMap<string, Constant>;
}

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeJson>>;
}

/** Values in row-major order. */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** TensorFlow's AttrValue as TensorFlow.js writes it: integers as decimal strings, strings in base 64. */
interface AttributeJson {
  readonly s?: string;
  readonly b?: boolean;
  readonly list?: { readonly i?: readonly string[]; readonly s?: readonly string[] };
}

interface WeightJson {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
}

interface GraphModelJson {
  readonly modelTopology: {
    readonly node: readonly { name: string; op: string; input?: string[]; attr?: Record<string, AttributeJson> }[];
  };
  readonly weightsManifest: readonly { readonly weights: readonly WeightJson[] }[];
}

/**
 * Reads a TensorFlow.js graph model. float16 weights are widened to float32, exactly.
 * @param json the model.json file. @param weights its weight files, one after the other.
 * @throws WinnowError BAD_INPUT for a weight of another type, or when the weights' size is not the manifest's.
 */
export function readGraphModel(json: Buffer, weights: Buffer): GraphModel {
  const { modelTopology, weightsManifest } = JSON.parse(json.toString('utf8')) as GraphModelJson;
  const constants = new Map<string, Constant>();
  let position = 0;
  for (const weight of weightsManifest.flatMap((group) => group.weights)) {
    const stored = weight.quantization?.dtype ?? weight.dtype;
    const length = weight.shape.reduce((product, size) => product * size, stored === 'float16' ? 2 : 4);
    const bytes = Buffer.from(weights.subarray(position, position + length));
    position += length;
    if (position <= weights.length)
      constants.set(weight.name, { shape: weight.shape, values: decode(bytes, stored, weight.name) });
  }
  if (position !== weights.length) {
    throw new WinnowError('BAD_INPUT', `The weights must be ${position} bytes long, but are ${weights.length}.`);
  }
  const nodes = modelTopology.node.map(({ name, op, input = [], attr = {} }): GraphNode => {
    // "^name" only orders operations; "name:0" is the first output of an operation, and none used here has a second.
    const inputs = input.filter((from) => !from.startsWith('^')).map((from) => from.replace(/:0$/, ''));
    return { name, op, inputs, attributes: attr };
  });
  return { nodes: new Map(nodes.map((node) => [node.name, node])), constants };
}

/** A list of integers, such as `strides`. */
export function integers(node: GraphNode, attribute: string): number[] | undefined {
  return node.attributes[attribute]?.list?.i?.map(Number);
}

/** A string, such as `padding`. */
export function text(node: GraphNode, attribute: string): string | undefined {
  const value = node.attributes[attribute]?.s;
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

/** A list of strings, such as `fused_ops`. */
export function texts(node: GraphNode, attribute: string): string[] {
  return (node.attributes[attribute]?.list?.s ?? []).map((value) => Buffer.from(value, 'base64').toString('utf8'));
}

export function flag(node: GraphNode, attribute: string): boolean {
  return node.attributes[attribute]?.b ?? false;
}

function decode(bytes: Buffer, dtype: string, name: string): Float32Array | Int32Array {
  const { buffer, byteOffset, length } = Uint8Array.from(bytes);
  switch (dtype) {
    case 'float16':
      return fromFloat16(bytes);
    case 'float32':
      return new Float32Array(buffer, byteOffset, length / 4);
    case 'int32':
      return new Int32Array(buffer, byteOffset, length / 4);
    default:
      throw new WinnowError('BAD_INPUT', `Weight ${name} must be float16, float32 or int32, but is ${dtype}.`);
  }
}
