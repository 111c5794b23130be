import type { Tensor, io } from '@tensorflow/tfjs-core';

import type { GraphFiles } from './convert/graph-model.js';
import type { LayersModel } from './convert/layers-model.js';
import type { Engine } from './engine.js';
import { loadTensorflow, type TensorFlow } from './tensorflow.js';
import { openInTensorflow } from './tensorflow-layers.js';

/** A layers model run by TensorFlow.js. */
export async function openLayersEngine(model: LayersModel): Promise<Engine> {
  const { tf } = await loadTensorflow();
  const opened = await openInTensorflow(tf, model);
  return engine(
    tf,
    (input) => opened.predict(input) as Tensor,
    () => opened.dispose(),
  );
}

/**
 * A graph model run by TensorFlow.js up to its taps, each averaged over space and joined, as in the converted network.
 * @param input the operation that the pictures are given to.
 */
export async function openGraphEngine(
  { json, weights }: GraphFiles,
  { input, taps }: { input: string; taps: readonly string[] },
): Promise<Engine> {
  const [{ tf }, { loadGraphModelSync }] = await Promise.all([loadTensorflow(), import('@tensorflow/tfjs-converter')]);
  const model = JSON.parse(json.toString('utf8')) as io.ModelJSON & {
    modelTopology: { node: { name: string; attr: object }[] };
  };
  const placeholder = model.modelTopology.node.find(({ name }) => name === input);
  // The network takes pictures of any size, though its file says which one it was trained on.
  if (placeholder !== undefined) placeholder.attr = { dtype: { type: 'DT_FLOAT' } };
  const opened = loadGraphModelSync([model, Uint8Array.from(weights).buffer]);
  return engine(
    tf,
    (pictures) => {
      const maps = [opened.execute({ [input]: pictures }, [...taps])].flat();
      return tf.concat(
        maps.map((map) => tf.mean(map, [1, 2])),
        1,
      );
    },
    () => opened.dispose(),
  );
}

function engine(tf: TensorFlow, compute: (input: Tensor) => Tensor, dispose: () => void): Engine {
  return {
    async run(input, shape, into) {
      const output = tf.tidy(() => compute(tf.tensor(Float32Array.from(input), [...shape])));
      into.set(await output.data<'float32'>());
      output.dispose();
    },
    dispose() {
      dispose();
      return Promise.resolve();
    },
  };
}
