import { WinnowError } from '../../errors.js';
import {
  constant,
  encodeModel,
  FLOAT,
  FLOAT16,
  node,
  opsetOf,
  readBy,
  UINT8,
  valueInfo,
  type Graph,
  type Model,
  type Node,
  type TensorProto,
} from '../onnx/model-file.js';

export const LAYOUTS = ['NCHW', 'NHWC'] as const;
export const CHANNELS = ['RGB', 'BGR'] as const;
/** How an output of more than two axes becomes one vector a picture. */
export const POOLINGS = ['NONE', 'MEAN', 'FIRST_TOKEN'] as const;

/** How a network of somebody else's wants its pictures, and which of its values are the features. */
export interface Preprocessing {
  /** Height and width of its pictures, in pixels. */
  readonly size: number;
  /** The network sees (pixel / 255 - mean) / std; three numbers each, in the order of `channels`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly layout: (typeof LAYOUTS)[number];
  readonly channels: (typeof CHANNELS)[number];
  /** The value that holds the features: an output of the graph or of any operation in it. */
  readonly output: string;
}

export type Pooling = (typeof POOLINGS)[number];

type Attributes = Record<string, number | number[]>;

/** From this operator set on, everything that is added here is written alike. */
const FIRST_OPSET = 7;

/**
 * Makes a network of the common form out of another one: `pixels`, uint8 [n, size, size, 3] in; `features`, float32 out.
 * Only what leads from the picture to the features is kept, so the text half of a CLIP may be in the file.
 * @param output how the value becomes the features: its number of axes and its pooling; null leaves it as it is
 * @throws WinnowError BAD_INPUT that says what the network lacks.
 */
export function adaptNetwork(
  model: Model & { graph: Graph },
  how: Preprocessing,
  output: { rank: number; pooling: Pooling } | null,
): Uint8Array {
  if (opsetOf(model) < FIRST_OPSET) {
    throw bad(`It must be written for operator set ${FIRST_OPSET} or newer, but is for ${opsetOf(model)}.`);
  }
  const { graph } = model;
  const kept = leadingTo(graph, how.output);
  const read = new Set(kept.flatMap(readBy));
  const initializer = (graph.initializer ?? []).filter(({ name }) => read.has(name ?? ''));
  const image = imageInput(graph, read, how);
  const before = preprocess(how, image);
  const after =
    output === null ? new Chain(how.output).then('Cast', { to: FLOAT }, undefined, 'features') : pool(how, output);
  return encodeModel({
    ...model,
    graph: {
      name: 'backbone',
      node: [...before.nodes, ...kept, ...after.nodes],
      initializer: [...initializer, ...before.constants, ...after.constants],
      sparseInitializer: (graph.sparseInitializer ?? []).filter(({ values }) => read.has(values?.name ?? '')),
      input: [valueInfo('pixels', UINT8, ['n', how.size, how.size, 3])],
      output: [
        output === null
          ? { name: 'features', type: { tensorType: { elemType: FLOAT } } }
          : valueInfo('features', FLOAT, ['n', 'dimensions']),
      ],
    },
  });
}

/** The one input for pictures, checked against what was said of it. */
function imageInput(
  graph: Graph,
  read: ReadonlySet<string>,
  { size, layout }: Pick<Preprocessing, 'size' | 'layout'>,
): { name: string; type: number } {
  const constants = new Set((graph.initializer ?? []).map(({ name }) => name));
  const inputs = (graph.input ?? []).filter(({ name }) => read.has(name ?? '') && !constants.has(name));
  const names = inputs.map(({ name }) => name).join(', ');
  if (inputs.length !== 1) {
    throw bad(`It must come from one input, a picture, but comes from ${inputs.length === 0 ? 'none' : names}.`);
  }
  const tensor = inputs[0].type?.tensorType;
  const dims = (tensor?.shape?.dim ?? []).map(({ dimValue }) => Number(dimValue ?? 0));
  const type = tensor?.elemType ?? 0;
  if (dims.length !== 4 || ![FLOAT, FLOAT16, UINT8].includes(type)) {
    throw bad(
      `Its input ${names} must be pictures of 4 axes, float32, float16 or uint8, but has ${dims.length} axes and type ${type}.`,
    );
  }
  const wanted = layout === 'NCHW' ? [0, 3, size, size] : [0, size, size, 3];
  dims.forEach((length, axis) => {
    if (axis === 0 || length === 0 || length === wanted[axis]) return;
    throw bad(
      `Its input ${names} is [${dims.map((d) => d || '?').join(', ')}], but size ${size} in layout ${layout} is [n, ${wanted.slice(1).join(', ')}].`,
    );
  });
  return { name: inputs[0].name ?? '', type };
}

/** The operations that the value depends on, in their order. */
function leadingTo(graph: Graph, output: string): Node[] {
  const makers = new Map((graph.node ?? []).flatMap((made) => (made.output ?? []).map((name) => [name, made])));
  if (!makers.has(output)) {
    const outputs = (graph.output ?? []).map(({ name }) => name).join(', ');
    throw bad(`It has no output "${output}". Those that it declares are ${outputs}; any operation's may be named.`);
  }
  const needed = new Set<Node>();
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = makers.get(name);
    if (maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    open.push(...readBy(maker));
  }
  return (graph.node ?? []).filter((made) => needed.has(made));
}

/** Operations one after the other. */
class Chain {
  readonly nodes: Node[] = [];
  readonly constants: TensorProto[] = [];

  constructor(private value: string) {}

  then(opType: string, attributes: Attributes = {}, operand?: TensorProto, output = this.nextName(opType)): this {
    const operands = operand?.name ? [operand.name] : [];
    if (operand) this.constants.push(operand);
    this.nodes.push(node(opType, [this.value, ...operands], output, attributes));
    this.value = output;
    return this;
  }

  private nextName(opType: string): string {
    return `winnow/${this.value} ${opType}`;
  }
}

function preprocess({ mean, std, layout, channels }: Preprocessing, image: { name: string; type: number }): Chain {
  const shape = layout === 'NCHW' ? [3, 1, 1] : [3];
  const factor = Float32Array.from(std, (value) => 1 / (255 * value));
  const offset = Float32Array.from(mean, (value, i) => value / std[i]);
  const chain = new Chain('pixels');
  if (channels === 'BGR') chain.then('Gather', { axis: 3 }, constant('winnow/bgr', [3], Int32Array.of(2, 1, 0)));
  // Before the pixels are widened: a quarter of the memory to move.
  if (layout === 'NCHW') chain.then('Transpose', { perm: [0, 3, 1, 2] });
  chain.then('Cast', { to: FLOAT });
  chain.then('Mul', {}, constant('winnow/factor', shape, factor));
  chain.then('Sub', {}, constant('winnow/offset', shape, offset));
  return chain.then('Cast', { to: image.type }, undefined, image.name);
}

function pool({ layout, output }: Preprocessing, { rank, pooling }: { rank: number; pooling: Pooling }): Chain {
  const chain = new Chain(output).then('Cast', { to: FLOAT });
  if (pooling === 'MEAN') {
    // Channels to where GlobalAveragePool wants them.
    if (rank === 3) chain.then('Transpose', { perm: [0, 2, 1] });
    if (rank === 4 && layout === 'NHWC') chain.then('Transpose', { perm: [0, 3, 1, 2] });
    chain.then('GlobalAveragePool');
  }
  if (pooling === 'FIRST_TOKEN') chain.then('Gather', { axis: 1 }, constant('winnow/first', [], Int32Array.of(0)));
  return chain.then('Flatten', { axis: 1 }, undefined, 'features');
}

function bad(message: string): WinnowError {
  return new WinnowError('BAD_INPUT', message);
}
