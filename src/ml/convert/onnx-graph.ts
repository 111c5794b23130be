import onnxProto from 'onnx-proto';
import type { onnx as Onnx } from 'onnx-proto';

const { onnx } = onnxProto;
const { FLOAT, INT64, UINT8 } = onnx.TensorProto.DataType;

/** The newest operator set that onnx-proto's schema (ONNX 1.10) describes is 15; 14 has everything used here. */
const OPSET = 14;

/** A size in a shape: known, or named and free to change from run to run. */
type Dimension = number | string;

/** Collects the nodes and constants of an ONNX graph, in the order of execution. */
export class OnnxGraph {
  readonly #nodes = new Map<string, Onnx.INodeProto>();
  readonly #constants = new Map<string, Onnx.ITensorProto>();
  readonly #inputs: Onnx.IValueInfoProto[] = [];
  readonly #outputs: Onnx.IValueInfoProto[] = [];

  constructor(readonly name: string) {}

  input(name: string, type: 'uint8' | 'float32', shape: Dimension[]): string {
    this.#inputs.push(valueInfo(name, type === 'uint8' ? UINT8 : FLOAT, shape));
    return name;
  }

  output(name: string, shape: Dimension[]): void {
    this.#outputs.push(valueInfo(name, FLOAT, shape));
  }

  /** A constant, kept once under its name. */
  constant(name: string, shape: readonly number[], values: Float32Array): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#constants.set(name, { name, dims: [...shape], dataType: FLOAT, rawData });
    return name;
  }

  /** A constant list of whole numbers, such as ONNX wants for pads. */
  integers(name: string, values: readonly number[]): string {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#constants.set(name, { name, dims: [values.length], dataType: INT64, rawData });
    return name;
  }

  /** Adds a node with one output, which is called `output`. One that is there already is not added again. */
  node(opType: string, inputs: string[], output: string, attributes: Record<string, number | number[]> = {}): string {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
    if (!this.#nodes.has(output))
      this.#nodes.set(output, { opType, name: output, input: inputs, output: [output], attribute });
    return output;
  }

  /** The bytes of an .onnx file. */
  encode(): Uint8Array {
    const model = onnx.ModelProto.create({
      irVersion: onnx.Version.IR_VERSION_2020_5_8,
      producerName: 'winnow',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name: this.name,
        node: [...this.#nodes.values()],
        initializer: [...this.#constants.values()],
        input: this.#inputs,
        output: this.#outputs,
      },
    });
    return onnx.ModelProto.encode(model).finish();
  }
}

function valueInfo(name: string, elemType: number, shape: Dimension[]): Onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function attributeProto(name: string, value: number | number[]): Onnx.IAttributeProto {
  const { INT, INTS } = onnx.AttributeProto.AttributeType;
  return Array.isArray(value) ? { name, type: INTS, ints: value } : { name, type: INT, i: value };
}
