import { readFileSync } from 'node:fs';

import { encodeModel, INT8, readModelFile, type Node, type TensorProto } from '../onnx/model-file.js';

/**
 * Products that one output of a convolution sums up, from which the matrix kernels win: 16 against 22 ms where 64 channels
 * become 128 become 128 (1,152 products), 33 against 23 ms at 576.
 */
const LEAST_PRODUCTS = 1024;

/**
 * ONNX Runtime computes a convolution whose weights have the zero point 0 by kernels of its own, which use vector
 * instructions only; any other goes through its matrix product, which uses the tile instructions (AMX) where there are any.
 * So the weights are written one lower, with the zero point -1: the same products, and bit for bit the same features. On 2
 * cores VGG16 went from 38 to 52 images/s. It is no part of the stored network, because elsewhere it would be slower.
 * @param network an .onnx file as quantiseNetwork writes it
 */
export function forTiles(network: Uint8Array): Uint8Array {
  const model = readModelFile(network);
  const constants = new Map((model.graph.initializer ?? []).map((tensor) => [tensor.name ?? '', tensor]));
  const makers = new Map((model.graph.node ?? []).map((made) => [made.output?.[0] ?? '', made]));
  const lowered = new Map<string, TensorProto>();
  for (const { opType, input } of model.graph.node ?? []) {
    const weight = opType === 'Conv' ? makers.get(input?.[1] ?? '') : undefined;
    const parts = weight && symmetricWeight(weight, constants);
    if (parts === undefined || productsOf(parts.bytes) < LEAST_PRODUCTS) continue;
    // Weights are -127..127: quantiseWeights leaves the least byte free.
    const values = Int8Array.from(parts.bytes.rawData!, (byte) => ((byte << 24) >> 24) - 1);
    lowered.set(parts.bytes.name!, { ...parts.bytes, rawData: new Uint8Array(values.buffer) });
    lowered.set(parts.zero.name!, { ...parts.zero, rawData: new Uint8Array(parts.zero.rawData!.length).fill(0xff) });
  }
  const initializer = (model.graph.initializer ?? []).map((tensor) => lowered.get(tensor.name ?? '') ?? tensor);
  return encodeModel({ ...model, graph: { ...model.graph, initializer } });
}

let tiles: boolean | undefined;

/** Whether the processor multiplies tiles of bytes. */
export function multipliesTiles(): boolean {
  tiles ??=
    process.arch === 'x64' &&
    process.platform === 'linux' &&
    /\bamx_int8\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  return tiles;
}

/** Bytes and zero points of a weight; undefined when it is none of ours. */
function symmetricWeight(
  { opType, input }: Node,
  constants: ReadonlyMap<string, TensorProto>,
): { bytes: TensorProto; zero: TensorProto } | undefined {
  const [bytes, , zero] = (input ?? []).map((name) => constants.get(name));
  const ours = opType === 'DequantizeLinear' && bytes?.dataType === INT8 && zero?.dataType === INT8;
  return ours && zero.rawData?.every((byte) => byte === 0) ? { bytes, zero } : undefined;
}

function productsOf({ dims }: TensorProto): number {
  return (dims ?? []).slice(1).reduce<number>((product, length) => product * Number(length), 1);
}
