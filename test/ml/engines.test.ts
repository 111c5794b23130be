import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { BUILT_IN, loadBackbone, type BackboneDefinition } from '../../src/ml/backbones.js';
import { headToOnnx } from '../../src/ml/heads-onnx.js';
import { openScorer } from '../../src/ml/scorer.js';
import { realSquares } from '../support/squares.js';
import { writeVgg16Weights } from '../support/vgg16-weights.js';
import { trained } from './support.js';

/** What is promised of the two engines: largest difference over largest magnitude. */
const TOLERANCE = 1e-4;
/** Few, as TensorFlow.js takes a second for a picture with VGG16. */
const PICTURES: Readonly<Record<string, number>> = { vgg16: 4 };

describe('ONNX Runtime and TensorFlow.js', () => {
  let home: string;
  let vgg16Weights: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'winnow-engines-'));
    vgg16Weights = await writeVgg16Weights(join(home, 'vgg16.h5'));
  });
  after(() => rm(home, { recursive: true }));

  const load = (definition: BackboneDefinition, engine: 'ONNX' | 'TENSORFLOW') =>
    loadBackbone(definition, { home, vgg16Weights, threads: 2, engine });

  for (const definition of BUILT_IN) {
    test(`agree on real pictures: ${definition.name}, and each head on it`, async (t) => {
      const n = PICTURES[definition.name] ?? 32;
      const squares = await realSquares(n);
      const backbones = await Promise.all([load(definition, 'ONNX'), load(definition, 'TENSORFLOW')]);
      const [ours, theirs] = await Promise.all(backbones.map((backbone) => backbone.embed(squares, n)));
      assert.equal(backbones[0].fingerprint, backbones[1].fingerprint);
      await Promise.all(backbones.map((backbone) => backbone.dispose()));
      t.diagnostic(`features are off by ${off(theirs, ours).toExponential(1)}`);
      assert.ok(off(theirs, ours) <= TOLERANCE);

      const { dimensions } = definition;
      const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
      const set = { features: ours, dimensions, labels, groups: Int32Array.from({ length: n }, (_, i) => i) };
      for (const head of ['LINEAR', 'MLP'] as const) {
        const { weights } = await trained(t, set, { head, epochs: 2 });
        const scorers = await Promise.all(
          (['ONNX', 'TENSORFLOW'] as const).map((engine) =>
            openScorer(headToOnnx(weights), dimensions, { threads: 1, engine }),
          ),
        );
        const [one, other] = [await scorers[0].score(ours, n), await scorers[1].score(theirs, n)];
        await Promise.all(scorers.map((scorer) => scorer.dispose()));
        t.diagnostic(`${head}: logits are off by ${off(other.logits, one.logits).toExponential(1)}`);
        assert.ok(off(other.logits, one.logits) <= TOLERANCE);
        assert.ok(off(other.scores, one.scores) <= TOLERANCE);
      }
    });
  }

  test('do not both run everything: what is made for ONNX Runtime says so', async () => {
    const onlyOnnx = { ...BUILT_IN[0], inTensorflow: undefined };
    const message = /TensorFlow\.js cannot run mobilenet-v3 in FP32.*Use the engine ONNX/;
    await assert.rejects(load(onlyOnnx, 'TENSORFLOW'), { code: 'BAD_INPUT', message });
    await assert.rejects(load({ ...BUILT_IN[0], precision: 'INT8' }, 'TENSORFLOW'), { code: 'BAD_INPUT' });
  });
});

/** Largest difference over largest magnitude. */
function off(actual: Float32Array, expected: Float32Array): number {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i]))) / largest;
}
