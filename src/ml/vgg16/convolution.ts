import type { GradSaveFunc, Tensor4D } from '@tensorflow/tfjs-core';

import type { TensorFlow } from '../tensorflow.js';

/**
 * A 3 x 3 convolution with steps of one and zeros around, the only kind that VGG16 has, with gradients that every backend
 * computes at speed. TensorFlow.js's own filter gradient is a kernel that its wasm backend lacks, and that its cpu backend has as plain
 * loops. Here it is a matrix product for each of the nine places, and the gradient of the input a convolution with
 * the filter turned round.
 * @param x [n, height, width, inputs].
 * @param kernel [3, 3, inputs, outputs].
 * @returns [n, height, width, outputs].
 */
export function convolve(tf: TensorFlow, x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const differentiable = tf.customGrad<Tensor4D>((...given) => {
    const [x, kernel, save] = given as unknown as [Tensor4D, Tensor4D, GradSaveFunc];
    save([x, kernel]);
    return {
      value: tf.conv2d(x, kernel, 1, 'same'),
      gradFunc: (dy, saved) => {
        const [x, kernel] = saved as [Tensor4D, Tensor4D];
        // What they make on the way is large, and would stay to the end of the step.
        return [tf.tidy(() => inputGradient(tf, dy, kernel)), tf.tidy(() => filterGradient(tf, x, dy))];
      },
    };
  });
  return differentiable(x, kernel);
}

function inputGradient(tf: TensorFlow, dy: Tensor4D, kernel: Tensor4D): Tensor4D {
  const turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(dy, turned, 1, 'same');
}

function filterGradient(tf: TensorFlow, x: Tensor4D, dy: Tensor4D): Tensor4D {
  const [n, height, width, inputs] = x.shape;
  const outputs = dy.shape[3];
  const padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]); // prettier-ignore
  const errors = tf.reshape(dy, [-1, outputs]);
  const places = [0, 1, 2].flatMap((down) =>
    [0, 1, 2].map((right) =>
      tf.tidy(() => {
        const seen = tf.slice(padded, [0, down, right, 0], [n, height, width, inputs]);
        return tf.matMul(tf.reshape(seen, [-1, inputs]), errors, true);
      }),
    ),
  );
  return tf.reshape(tf.stack(places), [3, 3, inputs, outputs]);
}
