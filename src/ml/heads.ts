import type { Rank, Scalar, Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';

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

/**
 * Heads of one kind that learn beside each other, their weights being tensors: output o is the head o. The last one becomes
 * the model; those before it, where there are any, are there to judge labels that they have not seen.
 */
export interface LearningHead {
  /**
   * Takes one step of the optimizer on a batch and returns the mean cross-entropy before it, of each head over the rows that it
   * sees and then of all heads, without the penalty. The caller disposes of the scalar.
   * @param seen rows x outputs, row-major: 1 where the head of that output may learn from the row, else 0.
   */
  step(batch: Tensor2D, labels: Tensor1D, seen: Float32Array): Tensor;
  /** The logits of a batch as scoring will give them: rows x outputs. */
  logits(batch: Tensor2D): Tensor2D;
  /** Those of the last output. */
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

/**
 * Fresh heads. LINEAR starts at zero, where its loss, being convex, loses nothing; MLP at Glorot's uniform weights.
 * @param outputs how many learn beside each other. LINEAR ones are one dense layer: six of them cost little more than one.
 */
export function createHead(
  tf: TensorFlow,
  head: Head,
  statistics: Statistics,
  options: LearningOptions,
  random: Random,
  outputs = 1,
): LearningHead {
  if (head === 'LINEAR') return createLayers(tf, [statistics.mean.length, outputs], false, statistics, options, random);
  const sizes = [statistics.mean.length, HIDDEN_UNITS, 1];
  const heads = Array.from({ length: outputs }, () => createLayers(tf, sizes, true, statistics, options, random));
  return heads.length === 1 ? heads[0] : besideEachOther(tf, heads);
}

/** Dense layers of these sizes with relu between them; LINEAR is one of them, MLP `normalises` before the first. */
function createLayers(
  tf: TensorFlow,
  sizes: readonly number[],
  normalises: boolean,
  statistics: Statistics,
  options: LearningOptions,
  random: Random,
): LearningHead {
  const dimensions = sizes[0];
  const outputs = sizes[sizes.length - 1];
  const kernels: Variable<Rank.R2>[] = [];
  const biases: Variable[] = [];
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [inputs, units] = [sizes[layer], sizes[layer + 1]];
    const initial = sizes.length > 2 ? glorot(inputs, units, random) : new Float32Array(inputs * units);
    kernels.push(variable(tf, initial, [inputs, units]) as Variable<Rank.R2>);
    biases.push(variable(tf, new Float32Array(units), [units]));
  }
  const scale = variable(tf, new Float32Array(dimensions).fill(1), [dimensions]);
  const shift = variable(tf, new Float32Array(dimensions), [dimensions]);
  const mean = tf.tensor1d(statistics.mean);
  const deviation = tf.tensor1d(statistics.deviation);
  const learnt = [...kernels, ...biases, ...(normalises ? [scale, shift] : [])];
  const optimizer = tf.train.adam(options.learningRate);

  const dense = (normal: Tensor2D): Tensor2D => {
    let x: Tensor = normalises ? tf.add(tf.mul(normal, scale), shift) : normal;
    kernels.forEach((kernel, layer) => {
      x = tf.add(tf.matMul(x as Tensor2D, kernel), biases[layer]);
      if (layer + 1 < kernels.length) x = tf.relu(x);
    });
    return x as Tensor2D;
  };
  const standardised = (batch: Tensor2D): Tensor2D => tf.div(tf.sub(batch, mean), deviation);
  /** By the batch's own mean and variance, as batch normalisation learns; scoring uses those of the training part. */
  const batchNormalised = (batch: Tensor2D): Tensor2D => {
    const moments = tf.moments(batch, 0);
    return tf.div(tf.sub(batch, moments.mean), tf.sqrt(tf.add(moments.variance, VARIANCE_EPSILON)));
  };

  return {
    step: (batch, labels, seen) =>
      tf.tidy(() => {
        const normal = normalises ? batchNormalised(batch) : standardised(batch);
        const shares = tf.tensor2d(sharesOf(seen, outputs), [batch.shape[0], outputs]);
        const { value, grads } = tf.variableGrads(
          () => tf.sum<Scalar>(tf.mul(shares, crossEntropy(tf, dense(normal), labels))),
          learnt,
        );
        for (const kernel of kernels) {
          // The derivative of l2 * sum(kernel^2).
          grads[kernel.name] = tf.add(grads[kernel.name], tf.mul(kernel, 2 * options.l2));
        }
        optimizer.applyGradients(learnt.map(({ name }) => ({ name, tensor: grads[name] })));
        return tf.div(value, outputs);
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
      const [last, ...before] = (await Promise.all(layers)).reverse();
      return {
        ...statistics,
        scale: await read(scale),
        shift: await read(shift),
        layers: [...before.reverse(), lastOutput(last)],
      };
    },
    dispose() {
      tf.dispose([...kernels, ...biases, scale, shift, mean, deviation]);
      optimizer.dispose();
    },
  };
}

/** Heads that share nothing, each given the rows that it sees. */
function besideEachOther(tf: TensorFlow, heads: readonly LearningHead[]): LearningHead {
  return {
    step: (batch, labels, seen) =>
      tf.tidy(() => {
        const losses = heads.map((head, output) => {
          const rows = Array.from({ length: batch.shape[0] }, (_, row) => row).filter(
            (row) => seen[row * heads.length + output] === 1,
          );
          if (rows.length === 0) return tf.scalar(0);
          return head.step(tf.gather(batch, rows), tf.gather(labels, rows), new Float32Array(rows.length).fill(1));
        });
        return tf.mean(tf.stack(losses));
      }),
    logits: (batch) =>
      tf.tidy(() =>
        tf.concat(
          heads.map((head) => head.logits(batch)),
          1,
        ),
      ),
    weights: () => heads[heads.length - 1].weights(),
    dispose: () => heads.forEach((head) => head.dispose()),
  };
}

/** What each row weighs in the mean of each output: one over the rows that the output sees, or 0. */
function sharesOf(seen: Float32Array, outputs: number): Float32Array {
  const rows = new Float32Array(outputs);
  seen.forEach((sees, i) => (rows[i % outputs] += sees));
  return seen.map((sees, i) => (sees === 0 ? 0 : 1 / rows[i % outputs]));
}

function lastOutput({ inputs, outputs, kernel, bias }: Dense): Dense {
  const column = Float32Array.from({ length: inputs }, (_, input) => kernel[(input + 1) * outputs - 1]);
  return { inputs, outputs: 1, kernel: column, bias: bias.slice(outputs - 1) };
}

/** log(1 + exp(z)) - y z: binary cross-entropy of sigmoid(z), from the logit itself so that it never overflows. */
export function crossEntropy(tf: TensorFlow, logits: Tensor2D, labels: Tensor1D): Tensor2D {
  return tf.sub(tf.softplus(logits), tf.mul(tf.expandDims(labels, 1), logits));
}

export function variable(tf: TensorFlow, values: Float32Array, shape: number[]): Variable {
  const initial = tf.tensor(values, shape);
  const made = tf.variable(initial);
  initial.dispose();
  return made;
}

/** Uniform within sqrt(6 / (inputs + outputs)): Glorot and Bengio 2010, equation 16. */
export function glorot(inputs: number, outputs: number, random: Random): Float32Array {
  const limit = Math.sqrt(6 / (inputs + outputs));
  return new Float32Array(inputs * outputs).map(() => (2 * random.next() - 1) * limit);
}
