import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { calibratedScore, type Calibration } from '../../src/ml/calibration.js';
import { loadModel, saveModel, type ModelSpec } from '../../src/ml/model-files.js';
import { parseTrainOptions } from '../../src/ml/training.js';
import { temporaryDirectory, trained, twoClasses } from './support.js';

const SET = twoClasses(80, 24);
const OPTIONS = parseTrainOptions({ epochs: 10 });
const BACKBONE = { name: 'mobilenet-v3', fingerprint: 'f'.repeat(64) };
const CALIBRATION: Calibration = {
  kind: 'COLLECTION',
  slope: 1.5,
  intercept: -2,
  labelBalance: 0.5,
  balance: 0.1,
  sample: 2000,
  reason: null,
};
const LOADING = { threads: 1, expectBackbone: BACKBONE.fingerprint };

test('a saved model loads again and scores the same, bit for bit', async (t) => {
  const { directory, fingerprint, spec } = await saved(t);
  const scores = [];
  for (let round = 0; round < 2; round++) {
    const scorer = await loadModel(directory, LOADING);
    t.after(() => scorer.dispose());
    assert.equal(scorer.fingerprint, fingerprint);
    assert.deepEqual(scorer.spec, { ...spec, version: 2, files: scorer.spec.files });
    scores.push(await scorer.score(SET.features, 80));
  }
  assert.deepEqual(scores[0], scores[1]);
  const [{ logits, scores: calibrated }] = scores;
  assert.deepEqual(
    calibrated,
    logits.map((logit) => calibratedScore(CALIBRATION, logit)),
  );
  assert.deepEqual((await readdir(directory)).sort(), ['head.onnx', 'spec.json']);
});

test('the same training gives the same files and fingerprint; another seed another fingerprint', async (t) => {
  const [first, second, other] = [await saved(t), await saved(t), await saved(t, { seed: 2 })];
  for (const name of ['head.onnx', 'spec.json']) {
    assert.deepEqual(await readFile(join(second.directory, name)), await readFile(join(first.directory, name)), name);
  }
  assert.equal(second.fingerprint, first.fingerprint);
  assert.notEqual(other.fingerprint, first.fingerprint);
});

test('any flipped byte is found, and the file named', async (t) => {
  const { directory } = await saved(t);
  for (const name of ['head.onnx', 'spec.json']) {
    const path = join(directory, name);
    const intact = await readFile(path);
    for (let at = 0; at < intact.length; at += Math.ceil(intact.length / 40)) {
      const bytes = Buffer.from(intact);
      bytes[at] ^= 1;
      await writeFile(path, bytes);
      await assert.rejects(
        loadModel(directory, LOADING),
        { code: 'MODEL_DAMAGED', message: new RegExp(name) },
        `${at}`,
      );
    }
    await writeFile(path, intact);
  }
  await (await loadModel(directory, LOADING)).dispose();
});

test('a missing, empty or foreign file is damage, too', async (t) => {
  const empty = await temporaryDirectory(t);
  await assert.rejects(loadModel(empty, LOADING), { code: 'MODEL_DAMAGED', message: /spec\.json.*ENOENT/ });
  for (const text of ['', 'null', '[]', '{}', '{"version":1}', '{"fingerprint":1}']) {
    await writeFile(join(empty, 'spec.json'), text);
    await assert.rejects(loadModel(empty, LOADING), { code: 'MODEL_DAMAGED', message: /spec\.json/ }, text);
  }
  const { directory } = await saved(t);
  await writeFile(join(directory, 'head.onnx'), '');
  await assert.rejects(loadModel(directory, LOADING), { code: 'MODEL_DAMAGED', message: /head\.onnx/ });
});

test('features of another backbone are refused', async (t) => {
  const { directory } = await saved(t);
  await assert.rejects(loadModel(directory, { ...LOADING, expectBackbone: '0'.repeat(64) }), {
    code: 'FINGERPRINT_MISMATCH',
    message: /trained on features ffffffffffff of mobilenet-v3, but is to score features 000000000000/,
  });
});

test('saving again replaces the directory whole, and leaves nothing beside it', async (t) => {
  const { directory, fingerprint } = await saved(t);
  await writeFile(join(directory, 'stray'), 'from elsewhere');
  await saved(t, { seed: 3 }, directory);
  assert.deepEqual((await readdir(directory)).sort(), ['head.onnx', 'spec.json']);
  assert.deepEqual(await readdir(join(directory, '..')), ['v1']);
  const scorer = await loadModel(directory, LOADING);
  assert.notEqual(scorer.fingerprint, fingerprint);
  await scorer.dispose();
});

test('a save that fails leaves no half model', async (t) => {
  const parent = await temporaryDirectory(t);
  await writeFile(join(parent, 'models'), 'a file where a folder should be');
  await assert.rejects(saved(t, {}, join(parent, 'models', 'v1')));
  assert.deepEqual(await readdir(parent), ['models']);
});

async function saved(
  t: TestContext,
  changes: { seed?: number } = {},
  into?: string,
): Promise<{ directory: string; fingerprint: string; spec: Omit<ModelSpec, 'files' | 'version'> }> {
  const options = { ...OPTIONS, ...changes };
  const directory = into ?? join(await temporaryDirectory(t), 'models', 'v1');
  if (into === undefined) await mkdir(join(directory, '..'));
  const head = await trained(t, SET, options);
  const spec = {
    head: head.head,
    options,
    dimensions: 24,
    backbone: BACKBONE,
    letterbox: { size: 224, position: 'TOP_LEFT', pad: '#000000' },
    labelsDigest: 'd'.repeat(64),
    chosenEpoch: head.chosenEpoch,
    metrics: head.metrics,
    calibration: CALIBRATION,
  };
  return { directory, spec, ...(await saveModel(directory, head, spec)) };
}
