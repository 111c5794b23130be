import assert from 'node:assert/strict';
import { test } from 'node:test';

import { foldHead, headToOnnx } from '../../src/ml/heads-onnx.js';
import type { HeadWeights } from '../../src/ml/heads.js';
import { openScorer } from '../../src/ml/scorer.js';
import { loadTensorflow, type TensorFlow } from '../../src/ml/tensorflow.js';
import { plainLogits } from './plain-logits.js';
import { trained, twoClasses } from './support.js';

/**
 * Largest difference between two ways to the same logit, relative to the logit, or to 1 where the logit is nearer to 0 than that:
 * there it is a small sum of large terms.
 */
const TOLERANCE = 1e-4;

for (const [kind, options] of [
  ['LINEAR', { epochs: 30 }],
  ['MLP', { head: 'MLP', epochs: 4 }],
] as const) {
  test(`${kind}: ONNX Runtime, TensorFlow.js and a plain loop in double precision agree`, async (t) => {
    const set = twoClasses(200, 1216);
    const { weights } = await trained(t, set, options);
    const scorer = await openScorer(headToOnnx(weights), 1216, { threads: 1 });
    t.after(() => scorer.dispose());
    const { logits } = await scorer.score(set.features, 200);
    const { tf } = await loadTensorflow();
    assertAgree(logits, tensorflowLogits(tf, weights, set.features), 'TensorFlow.js');
    assertAgree(logits, plainLogits(weights, set.features), 'plain loop');
    assert.ok(Math.max(...logits) > 1 && Math.min(...logits) < -1, 'the logits say something');
  });
}

test('folding leaves dense layers only', async (t) => {
  const { weights } = await trained(t, twoClasses(40, 6), { epochs: 2 });
  const [layer, ...more] = foldHead(weights);
  assert.equal(more.length, 0);
  assert.equal(layer.kernel.length, 6);
  assert.notDeepEqual(layer.kernel, weights.layers[0].kernel);
});

test('a row has the same logit whichever rows are beside it and however many threads compute', async (t) => {
  const set = twoClasses(600, 100);
  for (const options of [{ epochs: 5 }, { head: 'MLP', epochs: 2 }]) {
    const { weights } = await trained(t, set, options);
    const [one, two] = await Promise.all([1, 2].map((threads) => openScorer(headToOnnx(weights), 100, { threads })));
    t.after(() => Promise.all([one.dispose(), two.dispose()]));
    const together = (await one.score(set.features, 600)).logits;
    assert.deepEqual((await two.score(set.features, 600)).logits, together);
    for (const [first, last] of [
      [0, 1],
      [3, 10],
      [255, 258],
      [500, 600],
    ]) {
      const part = await one.score(set.features.subarray(first * 100, last * 100), last - first);
      assert.deepEqual(part.logits, together.subarray(first, last));
    }
  }
});

test('scores are the sigmoid of the logits, rounded to float32; no rows give none', async (t) => {
  const set = twoClasses(50, 10);
  const { weights } = await trained(t, set, { epochs: 3 });
  const scorer = await openScorer(headToOnnx(weights), 10, { threads: 1 });
  t.after(() => scorer.dispose());
  const { logits, scores } = await scorer.score(set.features, 50);
  assert.deepEqual(
    scores,
    Float32Array.from(logits, (z) => 1 / (1 + Math.exp(-z))),
  );
  assert.equal((await scorer.score(new Float32Array(0), 0)).logits.length, 0);
  await assert.rejects(scorer.score(set.features, 49), RangeError);
});

/** The network as it learnt: normalise, scale, shift, dense layers; nothing folded. */
function tensorflowLogits(tf: TensorFlow, weights: HeadWeights, features: Float32Array): Float32Array {
  return tf.tidy(() => {
    const dimensions = weights.mean.length;
    const x = tf.tensor2d(features, [features.length / dimensions, dimensions]);
    const normal = tf.div(tf.sub(x, tf.tensor1d(weights.mean)), tf.tensor1d(weights.deviation));
    let out = tf.add(tf.mul(normal, tf.tensor1d(weights.scale)), tf.tensor1d(weights.shift));
    weights.layers.forEach(({ inputs, outputs, kernel, bias }, layer) => {
      out = tf.add(tf.matMul(out, tf.tensor2d(kernel, [inputs, outputs])), tf.tensor1d(bias));
      if (layer + 1 < weights.layers.length) out = tf.relu(out);
    });
    return out.dataSync<'float32'>();
  });
}

function assertAgree(actual: Float32Array, expected: ArrayLike<number>, name: string): void {
  let worst = 0;
  actual.forEach((logit, i) => {
    worst = Math.max(worst, Math.abs(logit - expected[i]) / Math.max(1, Math.abs(expected[i])));
  });
  assert.ok(worst <= TOLERANCE, `${name}: off by ${worst}`);
}
