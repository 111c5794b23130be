import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';

import type { Layer, LayersModel } from '../convert/layers-model.js';
import { crossEntropy, variable } from '../heads.js';
import type { TensorFlow } from '../tensorflow.js';
import { convolve } from './convolution.js';
import { learningLayers } from './recipe.js';

/** The part of the network that learns, its weights being tensors. */
export interface LearningPart {
  /**
   * Takes one step of Adam and returns the mean cross-entropy before it, without the penalty. The caller disposes of the scalar.
   * @param batch n outputs of the frozen part. @param labels n, 1 for positive and 0 for negative.
   */
  step(batch: Tensor4D, labels: Tensor1D): Scalar;
  /** The logits of a batch as scoring will give them: n x 1. */
  logits(batch: Tensor4D): Tensor2D;
  /** Its weights by name, in an order that never changes. */
  weights(): Promise<Map<string, { shape: number[]; values: Float32Array }>>;
  dispose(): void;
}

interface LearningOptions {
  readonly learningRate: number;
  readonly l2: number;
}

/** Statistics that are measured, not learnt. */
const MOVING = /\/moving_(mean|variance)$/;

/**
 * What follows the frozen part of `whole` (see recipe.ts). Its batch normalisation learns by the batch's own moments and scores by
 * their moving averages, as Keras's does; but these count every batch so far alike until there were many, where Keras
 * starts from 0 and 1 and needs hundreds of batches to forget it.
 */
export function openLearningPart(tf: TensorFlow, whole: LayersModel, options: LearningOptions): LearningPart {
  const layers = learningLayers(whole);
  const learning = new Set(layers.map(({ name }) => name));
  const named = [...whole.weights].filter(([name]) => learning.has(name.split('/')[0]));
  const variables = new Map(named.map(([name, { shape, values }]) => [name, variable(tf, values, [...shape])]));
  const learnt = [...variables].flatMap(([name, weight]) => (MOVING.test(name) ? [] : [weight]));
  const kernels = [...variables].flatMap(([name, weight]) => (name.endsWith('/kernel') ? [weight] : []));
  const optimizer = tf.train.adam(options.learningRate);
  let steps = 0;

  const weightOf = <T extends Tensor>({ name }: Layer, weight: string): T =>
    variables.get(`${name}/${weight}`) as Tensor as T;

  const normalise = (layer: Layer, x: Tensor, learns: boolean): Tensor => {
    const { momentum, epsilon } = layer.config as { momentum: number; epsilon: number };
    const [movingMean, movingVariance] = ['moving_mean', 'moving_variance'].map((name) => weightOf(layer, name));
    const { mean, variance } = learns ? tf.moments(x, [0, 1, 2]) : { mean: movingMean, variance: movingVariance };
    if (learns) {
      const share = (1 - momentum) / (1 - momentum ** steps);
      const move = (moving: Tensor, seen: Tensor) =>
        (moving as Variable).assign(tf.add(moving, tf.mul(tf.sub(seen, moving), share)));
      move(movingMean, mean);
      move(movingVariance, variance);
    }
    const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normal, weightOf(layer, 'gamma')), weightOf(layer, 'beta'));
  };

  const dense = (layer: Layer, x: Tensor): Tensor => {
    const kernel = weightOf<Tensor2D>(layer, 'kernel');
    const rows: Tensor2D = tf.reshape(x, [-1, kernel.shape[0]]);
    const made = tf.add(tf.matMul(rows, kernel), weightOf(layer, 'bias'));
    return tf.reshape(made, [...x.shape.slice(0, -1), kernel.shape[1]]);
  };

  const apply = (layer: Layer, x: Tensor, learns: boolean): Tensor => {
    const activated = (made: Tensor) => (layer.config.activation === 'relu' ? tf.relu(made) : made);
    switch (layer.type) {
      case 'Conv2D': {
        const made = convolve(tf, x as Tensor4D, weightOf(layer, 'kernel'));
        return activated(tf.add(made, weightOf(layer, 'bias')));
      }
      case 'Dense':
        return activated(dense(layer, x));
      case 'MaxPooling2D':
        return tf.maxPool(x as Tensor4D, 2, 2, 'valid');
      case 'BatchNormalization':
        return normalise(layer, x, learns);
      case 'Flatten':
        return tf.reshape(x, [x.shape[0], -1]);
      default:
        throw new Error(`${layer.type} is no layer that learns here`);
    }
  };

  const logits = (batch: Tensor4D, learns: boolean): Tensor2D =>
    layers.reduce<Tensor>((x, layer) => apply(layer, x, learns), batch) as Tensor2D;

  return {
    step: (batch, labels) =>
      tf.tidy(() => {
        steps += 1;
        const loss = () => tf.mean<Scalar>(crossEntropy(tf, logits(batch, true), labels));
        const { value, grads } = tf.variableGrads(loss, learnt);
        if (options.l2 > 0) {
          // The derivative of l2 * sum(kernel^2).
          for (const kernel of kernels) {
            grads[kernel.name] = tf.add(grads[kernel.name], tf.mul(kernel, 2 * options.l2));
          }
        }
        optimizer.applyGradients(learnt.map(({ name }) => ({ name, tensor: grads[name] })));
        return value;
      }),
    logits: (batch) => tf.tidy(() => logits(batch, false)),
    async weights() {
      const read = [...variables].map(async ([name, weight]) => {
        return [name, { shape: weight.shape, values: await weight.data<'float32'>() }] as const;
      });
      return new Map(await Promise.all(read));
    },
    dispose() {
      tf.dispose([...variables.values()]);
      optimizer.dispose();
    },
  };
}
