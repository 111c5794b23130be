import { FLOAT, encodeModel, node, readModelFile } from '../onnx/model-file.js';
import type { Range } from './numbers.js';

/**
 * The ranges of activations over some pictures: of each picture the least and the largest value, then the means of both over
 * the pictures. A single odd picture does not coarsen all others; what lies beyond is cut.
 * @param network an .onnx file of the common form
 * @param squares pictures, size * size * 3 bytes each
 */
export async function measureRanges(
  network: Uint8Array,
  names: readonly string[],
  squares: AsyncIterable<Uint8Array>,
  { size, threads }: { size: number; threads: number },
): Promise<{ ranges: Map<string, Range>; squares: number }> {
  const { openObserver } = await import('../engine.js');
  const observer = await openObserver(observed(network, names), { threads });
  const sums = new Float64Array(2 * names.length);
  let count = 0;
  try {
    for await (const square of squares) {
      const extremes = await observer.run(square, [1, size, size, 3]);
      names.forEach((_, i) => {
        sums[2 * i] += extremes[`least ${i}`];
        sums[2 * i + 1] += extremes[`largest ${i}`];
      });
      count += 1;
    }
  } finally {
    await observer.dispose();
  }
  const ranges = new Map(names.map((name, i) => [name, { min: sums[2 * i] / count, max: sums[2 * i + 1] / count }]));
  return { ranges, squares: count };
}

/** The network with the extremes of these values as its outputs. */
function observed(network: Uint8Array, names: readonly string[]): Uint8Array {
  const model = readModelFile(network);
  const kinds = [
    ['least', 'ReduceMin'],
    ['largest', 'ReduceMax'],
  ] as const;
  const extremes = names.flatMap((name, i) =>
    kinds.map(([kind, op]) => node(op, [name], `${kind} ${i}`, { keepdims: 0 })),
  );
  const output = extremes.map(({ name }) => ({ name, type: { tensorType: { elemType: FLOAT, shape: { dim: [] } } } }));
  return encodeModel({ ...model, graph: { ...model.graph, node: [...(model.graph.node ?? []), ...extremes], output } });
}
