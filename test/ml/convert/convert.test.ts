import assert from 'node:assert/strict';
import { test } from 'node:test';

import { convertToOnnx } from '../../../src/ml/convert/convert.js';
import { readGraphModel } from '../../../src/ml/convert/graph-model.js';
import { openEngine } from '../../../src/ml/engine.js';
import { tapMeans } from '../../support/graph-model.js';
import type { GraphFiles } from '../../support/graph-model.js';

const SIZE = 19;
const PICTURES = 3;
const CHANNELS = 8;

type Attributes = Record<string, object>;
const scalar = (value: number) => ({ shape: [], values: [value] });
const spelled = (value: string) => Buffer.from(value).toString('base64');

/** Writes the two files of a graph model, operation by operation. Each method returns the operation's name. */
class Graph {
  readonly #nodes: object[] = [];
  readonly #weights: object[] = [];
  readonly #values: number[] = [];
  #seed = 1;

  op(op: string, inputs: string[], attr: Attributes = {}): string {
    const name = `${op}_${this.#nodes.length}`;
    this.#nodes.push({ name, op, input: inputs, attr: { T: { type: 'DT_FLOAT' }, ...attr } });
    return name;
  }

  constant({ shape, values }: { shape: number[]; values?: number[] }): string {
    const name = this.op('Const', []);
    this.#weights.push({ name, shape, dtype: 'float32' });
    const length = shape.reduce((product, size) => product * size, 1);
    this.#values.push(...(values ?? Array.from({ length }, () => this.#random())));
    return name;
  }

  convolution(
    op: string,
    x: string,
    shape: number[],
    how: { padding?: string; stride?: number; dilation?: number; fused?: string[] } = {},
  ): string {
    const { padding = 'SAME', stride = 1, dilation = 1, fused = [] } = how;
    const bias =
      fused.length > 0 ? [this.constant({ shape: [op.includes('epthwise') ? shape[2] * shape[3] : shape[3]] })] : [];
    return this.op(op, [x, this.constant({ shape }), ...bias], {
      padding: { s: spelled(padding) },
      data_format: { s: spelled('NHWC') },
      strides: { list: { i: ['1', `${stride}`, `${stride}`, '1'] } },
      dilations: { list: { i: ['1', `${dilation}`, `${dilation}`, '1'] } },
      fused_ops: { list: { s: fused.map(spelled) } },
      num_args: { i: `${bias.length}` },
      explicit_paddings: { list: {} },
    });
  }

  mean(x: string, attr: Attributes = { keep_dims: { b: true } }): string {
    const name = this.op('Const', []);
    this.#weights.push({ name, shape: [2], dtype: 'int32' });
    // The bits of the integers 1 and 2, read as float32.
    this.#values.push(...new Float32Array(Int32Array.of(1, 2).buffer));
    return this.op('Mean', [x, name], attr);
  }

  files(): GraphFiles {
    const weightsManifest = [{ paths: ['weights.bin'], weights: this.#weights }];
    const json = { format: 'graph-model', modelTopology: { node: this.#nodes, versions: {} }, weightsManifest };
    return { json: Buffer.from(JSON.stringify(json)), weights: Buffer.from(Float32Array.from(this.#values).buffer) };
  }

  /** Between -0.5 and 0.5, the same in every run. */
  #random(): number {
    this.#seed = (this.#seed * 16_807) % 2_147_483_647;
    return this.#seed / 2_147_483_647 - 0.5;
  }
}

/** Says how far ONNX Runtime is from TensorFlow.js at these taps: the largest difference over the largest magnitude. */
async function difference(graph: Graph, input: string, taps: string[]): Promise<number> {
  const files = graph.files();
  const pixels = Uint8Array.from({ length: PICTURES * SIZE * SIZE * 3 }, (_, i) => (i * i * 7919) >> 5);
  const expected = await tapMeans(files, { input, taps, size: SIZE }, pixels);
  const dimensions = expected.reduce((sum, { length }) => sum + length / PICTURES, 0);
  const engine = await openEngine(convertToOnnx(readGraphModel(files.json, files.weights), { taps, size: SIZE }), {
    threads: 1,
  });
  const actual = new Float32Array(PICTURES * dimensions);
  await engine.run(pixels, [PICTURES, SIZE, SIZE, 3], actual, [PICTURES, dimensions]);
  await engine.dispose();
  const joined = Array.from({ length: PICTURES }, (_, i) => {
    return expected.flatMap((tap) => [...tap.subarray((i * tap.length) / PICTURES, ((i + 1) * tap.length) / PICTURES)]);
  }).flat();
  const largest = Math.max(...joined.map(Math.abs));
  assert.ok(largest > 0.01, 'the taps say something');
  return Math.max(...joined.map((value, i) => Math.abs(value - actual[i]))) / largest;
}

/** A graph whose first operation brings the pictures' bytes down to small numbers. */
function start(): { graph: Graph; input: string; x: string } {
  const graph = new Graph();
  const input = graph.op('Placeholder', []);
  const small = graph.op('Mul', [input, graph.constant(scalar(1 / 64))]);
  return { graph, input, x: graph.convolution('Conv2D', small, [3, 3, 3, CHANNELS], { padding: 'VALID', stride: 2 }) };
}

const hardSwish = (graph: Graph, x: string, shift: number) => {
  const shifted = graph.op('Relu6', [graph.op('Add', [x, graph.constant(scalar(shift))])]);
  return graph.op('Mul', [graph.op('Mul', [graph.constant(scalar(0.1666)), x]), shifted]);
};

const CASES: Record<string, (graph: Graph, x: string) => string[]> = {
  'paddings, strides, dilations': (graph, x) => [
    graph.convolution('_FusedConv2D', x, [5, 3, CHANNELS, 4], { stride: 2, fused: ['BiasAdd', 'Relu6'] }),
    graph.convolution('_FusedConv2D', x, [2, 2, CHANNELS, 4], { fused: ['BiasAdd'] }),
    graph.convolution('Conv2D', x, [3, 3, CHANNELS, 4], { dilation: 2, padding: 'VALID' }),
    graph.convolution('DepthwiseConv2dNative', x, [3, 3, CHANNELS, 2], { dilation: 2 }),
    graph.convolution('FusedDepthwiseConv2dNative', x, [5, 5, CHANNELS, 1], { stride: 2, fused: ['BiasAdd', 'Relu'] }),
  ],
  'constants by channel and for all': (graph, x) => {
    const halved = graph.op('Mul', [graph.constant(scalar(0.5)), x]);
    const negative = graph.op('Mul', [x, graph.constant(scalar(-0.5))]);
    const perChannel = () => graph.constant({ shape: [CHANNELS] });
    return [
      graph.op('AddV2', [halved, perChannel()]),
      graph.op('Mul', [perChannel(), halved]),
      graph.op('Add', [halved, x]),
      graph.op('Add', [halved, halved]),
      graph.op('Relu', [halved]),
      graph.op('Relu', [negative]),
      graph.op('Relu6', [negative]),
      graph.convolution('Conv2D', negative, [3, 3, CHANNELS, 4]),
      negative,
    ];
  },
  'hard swish, and what only looks like it': (graph, x) => {
    const swish = hardSwish(graph, x, 3);
    return [
      swish,
      hardSwish(graph, x, 2),
      hardSwish(graph, swish, 3),
      graph.convolution('Conv2D', swish, [1, 1, CHANNELS, 4]),
    ];
  },
  'squeeze and excite': (graph, x) => {
    const squeezed = graph.convolution('_FusedConv2D', graph.mean(x), [1, 1, CHANNELS, CHANNELS], {
      fused: ['BiasAdd'],
    });
    const gate = graph.op('Mul', [graph.op('Relu6', [squeezed]), graph.constant(scalar(1 / 6))]);
    const excited = graph.op('Mul', [gate, x]);
    return [excited, graph.convolution('Conv2D', excited, [1, 1, CHANNELS, 4]), graph.op('Add', [x, squeezed])];
  },
};

for (const [name, build] of Object.entries(CASES)) {
  test(`ONNX agrees with TensorFlow.js: ${name}`, async () => {
    const { graph, input, x } = start();
    const off = await difference(graph, input, build(graph, x));
    assert.ok(off <= 2e-6, `differs by ${off}`);
  });
}

const REFUSED: Record<string, { build: (graph: Graph, x: string) => string; says: RegExp }> = {
  'an operation that is not known': {
    build: (graph, x) => graph.op('Tanh', [x]),
    says: /Tanh \(Tanh_\d+\) cannot be converted.*Conv2D/,
  },
  'an operation that is not there': { build: () => 'nowhere', says: /no operation called nowhere/ },
  'another activation': {
    build: (graph, x) => graph.convolution('_FusedConv2D', x, [1, 1, CHANNELS, 4], { fused: ['BiasAdd', 'Elu'] }),
    says: /must use Relu or Relu6, but uses Elu/,
  },
  'something else fused': {
    build: (graph, x) => graph.convolution('_FusedConv2D', x, [1, 1, CHANNELS, 4], { fused: ['FusedBatchNorm'] }),
    says: /must have fused_ops BiasAdd and an activation, but has FusedBatchNorm/,
  },
  'explicit padding': {
    build: (graph, x) => graph.convolution('Conv2D', x, [1, 1, CHANNELS, 4], { padding: 'EXPLICIT' }),
    says: /padding SAME or VALID, but has EXPLICIT/,
  },
  'weights for other channels': {
    build: (graph, x) => graph.convolution('Conv2D', x, [1, 1, 5, 4]),
    says: /weights for 8 channels, but has \[1,1,5,4\]/,
  },
  'computed weights': { build: (graph, x) => graph.op('Conv2D', [x, x]), says: /a constant as input 1/ },
  'a mean that drops its dimensions': { build: (graph, x) => graph.mean(x, {}), says: /axes 1,2 and keep_dims/ },
  'constants for other channels': {
    build: (graph, x) => graph.op('Add', [x, graph.constant({ shape: [5] })]),
    says: /1 or 8 constants, but has \[5\]/,
  },
  'operands of different shapes': {
    build: (graph, x) => graph.op('Add', [x, graph.convolution('Conv2D', x, [1, 1, CHANNELS, 4])]),
    says: /operands of one shape, but has 8x9x9 and 4x9x9/,
  },
};

for (const [name, { build, says }] of Object.entries(REFUSED)) {
  test(`the converter refuses ${name}`, () => {
    const { graph, x } = start();
    const taps = [build(graph, x)];
    const { json, weights } = graph.files();
    const model = readGraphModel(json, weights);
    assert.throws(() => convertToOnnx(model, { taps, size: SIZE }), { code: 'BAD_INPUT', message: says });
  });
}

test('weights that are not what the manifest says are refused', () => {
  const { graph } = start();
  const { json, weights } = graph.files();
  assert.throws(() => readGraphModel(json, weights.subarray(4)), {
    code: 'BAD_INPUT',
    message: /must be 868 bytes long, but are 864/,
  });
  const quantized = Buffer.from(json.toString().replaceAll('"float32"', '"uint8"'));
  assert.throws(() => readGraphModel(quantized, weights), {
    code: 'BAD_INPUT',
    message: /must be float16, float32 or int32, but is uint8/,
  });
});
