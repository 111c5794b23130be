import type { Rank, Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';

import type { Random } from './random.js';
import type { TensorFlow } from './tensorflow.js';
import type { Head } from './training-options.js';

/** One dense layer: outputs = inputs x kernel + bias. */
export interface Dense {
  readonly inputs: number;
  readonly outputs: number;
  /** inputs x outputs, row-major. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A trained head: (features - mean) / deviation * scale + shift, then the dense layers with relu between them.
 * The one output of the last layer is the logit. LINEAR has no scale and shift of its own: they are 1 and 0.
 */
export interface HeadWeights {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  readonly layers: readonly Dense[];
}

/** A head while it learns: its weights are tensors. */
export interface LearningHead {
  /**
   * Takes one step of the optimizer on a batch and returns the mean cross-entropy of the batch before it, without the penalty.
   * The caller disposes of the scalar.
   */
  step(batch: Tensor2D, labels: Tensor1D): Tensor;
  /** The logits of a batch as scoring will give them. */
  logits(batch: Tensor2D): Tensor1D;
  weights(): Promise<HeadWeights>;
  dispose(): void;
}

export interface Statistics {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

interface LearningOptions {
  readonly learningRate: number;
  readonly l2: number;
}

const HIDDEN_UNITS = 2048;

/**
 * Added to each feature's variance before the root. A feature that hardly varies among the labels then cannot shout among the unlabelled.
 */
const VARIANCE_EPSILON = 1e-3;

/**
 * Mean and deviation of each feature over some rows, summed in double precision.
 * @param features n x dimensions, row-major.
 * @param rows indices of the rows to count.
 */
export function featureStatistics(features: Float32Array, dimensions: number, rows: Int32Array): Statistics {
  const sums = new Float64Array(dimensions);
  for (const row of rows) for (let d = 0; d < dimensions; d++) sums[d] += features[row * dimensions + d];
  const mean = Float32Array.from(sums, (sum) => sum / rows.length);
  sums.fill(0);
  for (const row of rows) {
    for (let d = 0; d < dimensions; d++) sums[d] += (features[row * dimensions + d] - mean[d]) ** 2;
  }
  return { mean, deviation: Float32Array.from(sums, (sum) => Math.sqrt(sum / rows.length + VARIANCE_EPSILON)) };
}

/** A fresh head. LINEAR starts at zero, where its loss, being convex, loses nothing; MLP at Glorot's uniform weights. */
export function createHead(
  tf: TensorFlow,
  head: Head,
  statistics: Statistics,
  options: LearningOptions,
  random: Random,
): LearningHead {
  const dimensions = statistics.mean.length;
  const normalises = head === 'MLP';
  const sizes = head === 'MLP' ? [dimensions, HIDDEN_UNITS, 1] : [dimensions, 1];
  const kernels: Variable<Rank.R2>[] = [];
  const biases: Variable[] = [];
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [inputs, outputs] = [sizes[layer], sizes[layer + 1]];
    const initial = head === 'MLP' ? glorot(inputs, outputs, random) : new Float32Array(inputs * outputs);
    kernels.push(variable(tf, initial, [inputs, outputs]) as Variable<Rank.R2>);
    biases.push(variable(tf, new Float32Array(outputs), [outputs]));
  }
  const scale = variable(tf, new Float32Array(dimensions).fill(1), [dimensions]);
  const shift = variable(tf, new Float32Array(dimensions), [dimensions]);
  const mean = tf.tensor1d(statistics.mean);
  const deviation = tf.tensor1d(statistics.deviation);
  const learnt = [...kernels, ...biases, ...(normalises ? [scale, shift] : [])];
  const optimizer = tf.train.adam(options.learningRate);

  const dense = (normal: Tensor2D): Tensor1D => {
    let x: Tensor = normalises ? tf.add(tf.mul(normal, scale), shift) : normal;
    kernels.forEach((kernel, layer) => {
      x = tf.add(tf.matMul(x as Tensor2D, kernel), biases[layer]);
      if (layer + 1 < kernels.length) x = tf.relu(x);
    });
    return tf.reshape(x, [-1]);
  };
  const standardised = (batch: Tensor2D): Tensor2D => tf.div(tf.sub(batch, mean), deviation);
  /** By the batch's own mean and variance, as batch normalisation learns; scoring uses those of the training part. */
  const batchNormalised = (batch: Tensor2D): Tensor2D => {
    const moments = tf.moments(batch, 0);
    return tf.div(tf.sub(batch, moments.mean), tf.sqrt(tf.add(moments.variance, VARIANCE_EPSILON)));
  };

  return {
    step: (batch, labels) =>
      tf.tidy(() => {
        const normal = normalises ? batchNormalised(batch) : standardised(batch);
        const { value, grads } = tf.variableGrads(() => tf.mean(crossEntropy(tf, dense(normal), labels)), learnt);
        for (const kernel of kernels) {
          // The derivative of l2 * sum(kernel^2).
          grads[kernel.name] = tf.add(grads[kernel.name], tf.mul(kernel, 2 * options.l2));
        }
        optimizer.applyGradients(learnt.map(({ name }) => ({ name, tensor: grads[name] })));
        return value;
      }),
    logits: (batch) => tf.tidy(() => dense(standardised(batch))),
    async weights() {
      const read = async (tensor: Tensor): Promise<Float32Array> => (await tensor.data()) as Float32Array;
      const layers = kernels.map(async (kernel, layer) => ({
        inputs: sizes[layer],
        outputs: sizes[layer + 1],
        kernel: await read(kernel),
        bias: await read(biases[layer]),
      }));
      return { ...statistics, scale: await read(scale), shift: await read(shift), layers: await Promise.all(layers) };
    },
    dispose() {
      tf.dispose([...kernels, ...biases, scale, shift, mean, deviation]);
      optimizer.dispose();
    },
  };
}

/** log(1 + exp(z)) - y z: binary cross-entropy of sigmoid(z), from the logit itself so that it never overflows. */
function crossEntropy(tf: TensorFlow, logits: Tensor1D, labels: Tensor1D): Tensor1D {
  return tf.sub(tf.softplus(logits), tf.mul(labels, logits));
}

function variable(tf: TensorFlow, values: Float32Array, shape: number[]): Variable {
  const initial = tf.tensor(values, shape);
  const made = tf.variable(initial);
  initial.dispose();
  return made;
}

/** Uniform within sqrt(6 / (inputs + outputs)): Glorot and Bengio 2010, equation 16. */
function glorot(inputs: number, outputs: number, random: Random): Float32Array {
  const limit = Math.sqrt(6 / (inputs + outputs));
  return new Float32Array(inputs * outputs).map(() => (2 * random.next() - 1) * limit);
}
