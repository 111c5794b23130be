import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';

import { InferenceSession, Tensor } from 'onnxruntime-node';

import { ensureCollection } from '../../src/catalog/collections.js';
import { deleteModel } from '../../src/catalog/model-registry.js';
import { modelByNumber } from '../../src/catalog/models.js';
import type { Config } from '../../src/config.js';
import { rows } from '../../src/db.js';
import type { Model } from '../../src/entities/index.js';
import { decodeSquare, type LetterboxSpec } from '../../src/images/letterbox.js';
import { squarePath } from '../../src/images/storage.js';
import { readLayersModel, type LayersModel } from '../../src/ml/convert/layers-model.js';
import { readKerasWeights } from '../../src/ml/keras/h5.js';
import { openLayersEngine } from '../../src/ml/tensorflow-engine.js';
import { exportLayers, exportOnnx } from '../../src/runs/export-model.js';
import { exportModel, importModel } from '../../src/runs/move-model.js';
import { startWorker } from '../../src/runs/start-worker.js';
import { writeVgg16Weights } from '../support/vgg16-weights.js';
import { copyInto, count, emoji, execute, openBench, type Bench } from './support.js';

/** Labelled pictures of a kind, and those without a label. */
const [EACH, UNLABELLED] = [32, 60];
const SIZE = 32;
const LETTERBOX: LetterboxSpec = { size: SIZE, position: 'TOP_LEFT', pad: '#000000' };
const OPTIONS = {
  fineTune: 'BLOCK4',
  size: SIZE,
  epochs: 2,
  batchSize: 16,
  learningRate: 0.0001,
  validationShare: 0.4,
};
/** Of scores. */
const TOLERANCE = 1e-4;

describe('fine-tuning in a run', () => {
  let folder: string;
  let vgg16Weights: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'winnow-fine-tune-'));
    vgg16Weights = await writeVgg16Weights(join(folder, 'vgg16.h5'));
  });
  after(() => rm(folder, { recursive: true }));

  test('trains, scores, exports, moves and goes as one model, the same by every engine', async (t) => {
    const { bench, config } = await openFilled(t, vgg16Weights);
    const { db, collectionId } = bench;

    const run = await execute(bench, 'TRAIN', OPTIONS);
    assert.equal(run.state, 'SUCCEEDED', JSON.stringify(run));
    const model = await modelByNumber(db, collectionId, 'latest');
    assert.deepEqual(await filesOf(config, model), ['head.onnx', 'model.json', 'spec.json', 'weights.bin']);
    assert.deepEqual(await readdir(join(config.home, 'models', String(collectionId))), [`run-${run.id}`]);
    const epochs = await rows<{ loss: number }>(db, 'select loss from winnow.epochs where run_id = $1 order by epoch', [run.id]); // prettier-ignore
    assert.equal(epochs.length, 2);
    assert.ok(epochs[1].loss < epochs[0].loss, `the loss falls: ${epochs.map(({ loss }) => loss).join(', ')}`);
    const { fineTune, size, backend, head } = model.options;
    assert.deepEqual({ fineTune, size, head }, { fineTune: 'BLOCK4', size: SIZE, head: 'MLP' });
    assert.ok(backend);
    assert.equal(await count(db, 'from winnow.features where backbone_id = $1', [model.backboneId]), UNLABELLED);
    assert.ok(
      model.calibration.sample === UNLABELLED || /AUC/.test(model.calibration.reason!),
      'a sample was looked at',
    );
    await assertTrainedFrom(await networkOf(config, model), vgg16Weights);

    await execute(bench, 'CLASSIFY');
    const scores = await scoresOf(bench, model);
    assert.equal(scores.size, 2 * EACH + UNLABELLED);
    assert.ok(spread(scores) > 0.05, `the scores say something: ${spread(scores)}`);
    const held = await rows<{ score: number; then: number }>(
      db,
      `select s.score, l.held_out_score as "then" from winnow.model_labels l
         join winnow.scores s on s.model_id = l.model_id and s.image_id = l.image_id
        where l.model_id = $1 and l.held_out_score is not null`,
      [model.id],
    );
    assert.ok(held.length >= 12);
    for (const { score, then } of held) near(score, then);

    const pixels = await squaresOf(bench, config, [...scores.keys()]);
    const n = scores.size;
    const file = join(bench.folder, 'tuned.onnx');
    await exportOnnx(db, config, model, file);
    const session = await InferenceSession.create(file);
    const { score } = await session.run({ pixels: new Tensor('uint8', pixels, [n, SIZE, SIZE, 3]) });
    await session.release();
    allNear(score.data as Float32Array, scores);

    const { files, input } = await exportLayers(db, config, model, join(bench.folder, 'tuned'));
    assert.equal(input, 'pixels');
    const [json, weights] = await Promise.all(files.map((name) => readFile(name)));
    const engine = await openLayersEngine(readLayersModel({ json, weights }));
    const byLayers = new Float32Array(n);
    await engine.run(pixels, [n, SIZE, SIZE, 3], byLayers, [n, 1]);
    await engine.dispose();
    allNear(byLayers, scores);

    await rows(db, 'delete from winnow.features where backbone_id = $1', [model.backboneId]);
    await execute(bench, 'CLASSIFY', { engine: 'TENSORFLOW' });
    allNear(Float32Array.from((await scoresOf(bench, model)).values()), scores);

    const archive = join(bench.folder, 'tuned.zip');
    await exportModel(db, config, model, archive);
    const { id: elsewhere } = await ensureCollection(db, 'elsewhere');
    await rows(db, 'insert into winnow.collection_images (collection_id, image_id) select $1, id from winnow.images', [elsewhere]); // prettier-ignore
    const moved = await importModel(db, config, { collection: 'elsewhere', path: archive, who: 'test' });
    assert.equal(moved.fingerprint, model.fingerprint);
    await execute({ ...bench, collection: 'elsewhere' }, 'CLASSIFY');
    allNear(Float32Array.from((await scoresOf(bench, moved)).values()), scores);

    const features = () => count(db, 'from winnow.features where backbone_id = $1', [model.backboneId]);
    for (const [{ id, number }, left] of [
      [model, n],
      [moved, 0],
    ] as const) {
      await db.transaction((tx) => deleteModel(tx, id, number));
      assert.equal(await features(), left, 'features stay for as long as a model reads them');
    }
  });

  test('the same seed gives the same model, bit for bit', async (t) => {
    const { bench } = await openFilled(t, vgg16Weights);
    for (let i = 0; i < 2; i++) await execute(bench, 'TRAIN', { ...OPTIONS, epochs: 1 });
    const [second, first] = await bench.db.getRepository<Model>('Model').find({ order: { number: 'DESC' } });
    assert.equal(second.fingerprint, first.fingerprint);
    assert.equal(second.backboneId, first.backboneId);
  });
});

async function openFilled(t: TestContext, vgg16Weights: string): Promise<{ bench: Bench; config: Config }> {
  const bench = await openBench(t);
  const config = { ...bench.config, vgg16Weights };
  const worker = await startWorker(bench.db, config);
  t.after(() => worker.stop());
  const [positive, negative, rest] = ['people', 'food', 'rest'].map((name) => join(bench.folder, name));
  const [people, food] = [await emoji('people', EACH), await emoji('food', EACH)];
  const labelled = new Set([...people, ...food]);
  await copyInto(positive, people);
  await copyInto(negative, food);
  const others = (await emoji('any', 2 * UNLABELLED)).filter((path) => !labelled.has(path));
  await copyInto(rest, others.slice(0, UNLABELLED));
  await execute(bench, 'INGEST', { paths: [rest], positive: [positive], negative: [negative] });
  return { bench, config };
}

async function assertTrainedFrom({ weights }: LayersModel, file: string): Promise<void> {
  for (const [layer, arrays] of await readKerasWeights(file)) {
    for (const [i, name] of ['kernel', 'bias'].entries()) {
      const [before, after] = [arrays[i].values, weights.get(`${layer}/${name}`)!.values];
      const same = before.every((value, k) => value === after[k]);
      assert.equal(same, !/^block[45]/.test(layer), `${layer}/${name}`);
    }
  }
}

async function networkOf({ home }: Config, { directory }: Model): Promise<LayersModel> {
  const [json, weights] = await Promise.all(
    ['model.json', 'weights.bin'].map((name) => readFile(join(home, directory, name))),
  );
  return readLayersModel({ json, weights });
}

async function filesOf({ home }: Config, { directory }: Model): Promise<string[]> {
  return (await readdir(join(home, directory))).sort();
}

/** Scores by image id, in the order of the ids. */
async function scoresOf({ db }: Bench, { id }: Model): Promise<Map<number, number>> {
  const found = await rows<{ id: number; score: number }>(
    db,
    'select image_id as id, score from winnow.scores where model_id = $1 order by image_id',
    [id],
  );
  return new Map(found.map(({ id, score }) => [id, score]));
}

async function squaresOf({ db }: Bench, { home }: Config, imageIds: readonly number[]): Promise<Uint8Array> {
  const pixels = new Uint8Array(imageIds.length * SIZE * SIZE * 3);
  for (const [i, id] of imageIds.entries()) {
    const [{ sha256 }] = await rows<{ sha256: string }>(
      db,
      `select encode(sha256, 'hex') as sha256 from winnow.images where id = $1`,
      [id],
    );
    const jpeg = await readFile(squarePath(home, LETTERBOX, sha256));
    pixels.set(await decodeSquare(jpeg, SIZE), i * SIZE * SIZE * 3);
  }
  return pixels;
}

function spread(scores: ReadonlyMap<number, number>): number {
  return Math.max(...scores.values()) - Math.min(...scores.values());
}

function allNear(actual: Float32Array, expected: ReadonlyMap<number, number>): void {
  assert.equal(actual.length, expected.size);
  [...expected.values()].forEach((score, i) => near(actual[i], score));
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= TOLERANCE, `${actual} for ${expected}`);
}
