import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { createHead, featureStatistics } from '../../src/ml/heads.js';
import { logLoss, rocAuc } from '../../src/ml/metrics.js';
import { createRandom } from '../../src/ml/random.js';
import { loadTensorflow } from '../../src/ml/tensorflow.js';
import { heldOutLogits, learn } from '../../src/ml/training-loop.js';
import { parseTrainOptions, trainHead, type EpochResult } from '../../src/ml/training.js';
import { plainLogits } from './plain-logits.js';
import { temporaryDirectory, trained, twoClasses } from './support.js';

const FAST = { LINEAR: { epochs: 20 }, MLP: { head: 'MLP', epochs: 4 } } as const;

test('LINEAR learns what can be learnt, and its metrics are those of pictures it did not see', async (t) => {
  const head = await trained(t, twoClasses(400, 60));
  const fresh = twoClasses(2000, 60, { seed: 2 });
  const auc = rocAuc(plainLogits(head.weights, fresh.features), fresh.labels);
  // 0.983 is the best there is: two normal distributions 3 standard deviations apart.
  assert.ok(auc !== null && auc > 0.96, `AUC ${auc}`);
  const { validationAuc, validationPositives, trainingNegatives } = head.metrics;
  assert.ok(
    validationAuc !== null && Math.abs(validationAuc - auc) < 0.04,
    `validation AUC ${validationAuc} for ${auc}`,
  );
  assert.deepEqual([validationPositives, trainingNegatives], [200, 200]);
  assert.equal(head.epochs[head.chosenEpoch - 1].validationAuc, validationAuc);
});

test('MLP learns, too', async (t) => {
  const head = await trained(t, twoClasses(300, 40), { head: 'MLP', epochs: 15, learningRate: 0.001 });
  assert.ok(head.metrics.validationAuc !== null && head.metrics.validationAuc > 0.9, `${head.metrics.validationAuc}`);
  assert.deepEqual(
    head.weights.layers.map(({ inputs, outputs }) => [inputs, outputs]),
    [
      [40, 2048],
      [2048, 1],
    ],
  );
});

for (const kind of ['LINEAR', 'MLP'] as const) {
  test(`${kind}: the same seed gives the same weights bit for bit, another seed others`, async (t) => {
    const set = twoClasses(120, 30);
    const [first, second, other] = await Promise.all([
      trained(t, set, FAST[kind]),
      trained(t, set, FAST[kind]),
      trained(t, set, { ...FAST[kind], seed: 2 }),
    ]);
    assert.deepEqual(second.weights, first.weights);
    assert.deepEqual(second.epochs.map(withoutSeconds), first.epochs.map(withoutSeconds));
    assert.notDeepEqual(other.weights, first.weights);
  });

  test(`${kind}: leaves no tensor behind, neither after training nor after a cancel`, async (t) => {
    const { tf } = await loadTensorflow();
    const set = twoClasses(100, 20);
    const before = tf.memory().numTensors;
    await trained(t, set, FAST[kind]);
    assert.equal(tf.memory().numTensors, before);
    const abort = new AbortController();
    const cancelled = trainHead(set, parseTrainOptions(FAST[kind]), {
      directory: await temporaryDirectory(t),
      signal: abort.signal,
      onEpoch: () => Promise.resolve(abort.abort()),
    });
    await assert.rejects(cancelled, { code: 'CANCELLED' });
    assert.equal(tf.memory().numTensors, before);
  });
}

test('every epoch is reported, its weights kept until one is chosen, and only that one after', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'epoch-0077.weights'), 'left by an interrupted training');
  const reported: EpochResult[] = [];
  const kept: string[][] = [];
  const head = await trainHead(twoClasses(100, 20), parseTrainOptions({ epochs: 6, patience: 0 }), {
    directory,
    async onEpoch(result) {
      reported.push(result);
      kept.push(await readdir(directory));
    },
  });
  assert.deepEqual(reported, head.epochs);
  assert.deepEqual(
    reported.map(({ epoch }) => epoch),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(
    kept.map((names) => names.length),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(await readdir(directory), [`epoch-000${head.chosenEpoch}.weights`]);
});

test('patience ends training, and patience 0 never does', async (t) => {
  const noise = twoClasses(60, 40, { distance: 0 });
  const patient = await trained(t, noise, { epochs: 200, patience: 3, learningRate: 0.03, l2: 0 });
  assert.ok(patient.epochs.length < 100, `${patient.epochs.length} epochs`);
  const endless = await trained(t, noise, { epochs: 30, patience: 0, learningRate: 0.03, l2: 0 });
  assert.equal(endless.epochs.length, 30);
});

test('with one fold, the held-out logits are those of the weights, which learnt from the rest', async (t) => {
  const set = twoClasses(100, 20);
  const { weights, folds, heldOutLogits: judged, metrics } = await trained(t, set, { folds: 1 });
  assert.deepEqual([metrics.trainingPositives, metrics.validationPositives], [40, 10]);
  plainLogits(weights, rowsOf(set.features, set.dimensions, folds.heldOut)).forEach((logit, i) =>
    assert.ok(Math.abs(logit - judged[i]) < 1e-4 * Math.max(1, Math.abs(logit))),
  );
});

for (const kind of ['LINEAR', 'MLP'] as const) {
  test(`${kind}: what judges a label has not seen it, while the model learns from it`, async (t) => {
    const { tf } = await loadTensorflow();
    const set = twoClasses(60, 12);
    const rows = Int32Array.from(set.labels, (_, row) => row);
    const folds = { outputs: 4, judge: rows.map((row) => row % 3), learnt: rows, heldOut: rows };
    const learnt = async (labels: Uint8Array) => {
      const statistics = featureStatistics(set.features, 12, rows);
      const head = createHead(tf, kind, statistics, { learningRate: 0.01, l2: 0.05 }, createRandom(1), 4);
      t.after(() => head.dispose());
      for (let epoch = 0; epoch < 3; epoch++) await learn(tf, head, { ...set, labels }, rows, folds, 16);
      return { judged: await heldOutLogits(tf, head, set, folds), weights: await head.weights() };
    };
    const before = await learnt(set.labels);
    const after = await learnt(set.labels.map((label, row) => (row === 7 ? 1 - label : label)));
    for (const row of rows) {
      const same = before.judged[row] === after.judged[row];
      assert.equal(same, row % 3 === 7 % 3, `row ${row}`);
    }
    assert.notDeepEqual(after.weights, before.weights);
  });

  test(`${kind}: with folds every label is judged, and less well than by the model, which learnt it`, async (t) => {
    const set = twoClasses(120, 30);
    const { folds, heldOutLogits: judged, weights } = await trained(t, set, { ...FAST[kind], folds: 4 });
    assert.deepEqual([folds.outputs, judged.length], [5, 120]);
    assert.ok(logLoss(plainLogits(weights, set.features), set.labels) < logLoss(judged, set.labels));
  });
}

test('many outputs learn as each would alone', async () => {
  const { tf } = await loadTensorflow();
  const set = twoClasses(60, 12);
  const rows = Int32Array.from(set.labels, (_, row) => row);
  const learning = { learningRate: 0.01, l2: 0.05 };
  const statistics = featureStatistics(set.features, 12, rows);
  const plain = { outputs: 1, judge: new Int32Array(60).fill(-1), learnt: rows, heldOut: rows };
  const logits: Float32Array[] = [];
  for (const outputs of [1, 3]) {
    const judge = outputs === 1 ? plain.judge : rows.map((row) => row % 2);
    const head = createHead(tf, 'LINEAR', statistics, learning, createRandom(1), outputs);
    for (let epoch = 0; epoch < 5; epoch++) await learn(tf, head, set, rows, { ...plain, outputs, judge }, 16);
    logits.push(Float32Array.from(plainLogits(await head.weights(), set.features)));
    head.dispose();
  }
  logits[0].forEach((logit, i) => assert.ok(Math.abs(logit - logits[1][i]) < 1e-5));
});

test('other work of the process goes on while a head learns', async (t) => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  t.after(() => clearInterval(timer));
  const head = await trained(t, twoClasses(400, 60), { epochs: 30, patience: 0 });
  assert.ok(ticks > 30, `${ticks} ticks in ${head.epochs.length} epochs`);
});

test('a cancel is heeded between two batches', async (t) => {
  const abort = new AbortController();
  const training = trainHead(twoClasses(400, 60), parseTrainOptions({ epochs: 10_000, patience: 0, batchSize: 4 }), {
    directory: await temporaryDirectory(t),
    signal: abort.signal,
  });
  setTimeout(() => abort.abort(), 50);
  await assert.rejects(training, { code: 'CANCELLED' });
});

test('a loss that is no number ends training with advice', async (t) => {
  const { tf } = await loadTensorflow();
  const before = tf.memory().numTensors;
  const options = { ...parseTrainOptions({}), learningRate: 1e38 }; // more than may be asked for
  await assert.rejects(trainHead(twoClasses(60, 20), options, { directory: await temporaryDirectory(t) }), {
    code: 'LOSS_NOT_FINITE',
    message: /learningRate 1e\+38.*lower learningRate \(the default for LINEAR is 0\.003\)/,
  });
  assert.equal(tf.memory().numTensors, before);
});

test('a feature that never varies and one that hardly does are no trouble', async (t) => {
  const set = twoClasses(100, 20);
  for (let row = 0; row < 100; row++) {
    set.features[row * 20] = 5;
    set.features[row * 20 + 1] = row === 3 ? 1e-3 : 0;
  }
  const head = await trained(t, set);
  assert.ok(head.metrics.validationAuc !== null && head.metrics.validationAuc > 0.85);
  const odd = set.features.slice(0, 20);
  const [usual] = plainLogits(head.weights, odd);
  odd[1] = 1;
  const [shouting] = plainLogits(head.weights, odd);
  assert.ok(Math.abs(shouting - usual) < 10, `${usual} became ${shouting}`);
});

test('two labels of each kind are enough, fewer are not', async (t) => {
  await trained(t, twoClasses(4, 10), { epochs: 2 });
  await assert.rejects(trained(t, twoClasses(3, 10)), { code: 'TOO_FEW_LABELS' });
  await assert.rejects(trained(t, twoClasses(1, 10)), { code: 'ONE_CLASS_ONLY' });
});

test('arrays that do not fit together are refused', async (t) => {
  const set = twoClasses(10, 10);
  await assert.rejects(trained(t, { ...set, dimensions: 9 }), RangeError);
  await assert.rejects(trained(t, { ...set, groups: new Int32Array(9) }), RangeError);
});

function withoutSeconds(result: EpochResult): EpochResult {
  return { ...result, seconds: 0 };
}

function rowsOf(features: Float32Array, dimensions: number, rows: Int32Array): Float32Array {
  return Float32Array.from(
    [...rows].flatMap((row) => [...features.subarray(row * dimensions, (row + 1) * dimensions)]),
  );
}
