import { createRandom } from '../../src/ml/random.js';
import {
  constant,
  encodeModel,
  FLOAT,
  node,
  valueInfo,
  type Model,
  type Node,
  type TensorProto,
} from '../../src/ml/onnx/model-file.js';

export const SIZE = 32;

/** A small network as somebody might export one: 3 x 3 convolution, relu, then what `tail` makes of [n, 8, 16, 16]. */
export function smallModel(
  tail: { nodes?: Node[]; constants?: TensorProto[]; output?: string; batch?: number | string } = {},
): Model {
  const random = createRandom(7);
  const floats = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  const { nodes = [], constants = [], output = 'maps', batch = 'batch' } = tail;
  return {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'small',
      node: [
        node('Conv', ['image', 'weights', 'bias'], 'sums', {
          kernel_shape: [3, 3],
          strides: [2, 2],
          pads: [0, 0, 1, 1],
        }),
        node('Relu', ['sums'], 'maps'),
        ...nodes,
      ],
      initializer: [constant('weights', [8, 3, 3, 3], floats(216)), constant('bias', [8], floats(8)), ...constants],
      input: [valueInfo('image', FLOAT, [batch, 3, SIZE, SIZE])],
      output: [valueInfo(output, FLOAT, [])],
    },
  };
}

export const smallNetwork = (tail: Parameters<typeof smallModel>[0] = {}): Uint8Array => encodeModel(smallModel(tail));
