import type { EngineName } from '../config.js';
import { pendingFeatures, readFeatures, readFeaturesInSpan } from '../catalog/features.js';
import { findModel, modelByNumber, modelOfRun } from '../catalog/models.js';
import {
  attachScores,
  copyScores,
  createScoreTable,
  discardScoreTable,
  imagesWithoutScore,
  scorePartition,
} from '../catalog/scores.js';
import { scoreTableOf } from '../catalog/score-table.js';
import type { Db } from '../db.js';
import type { Model } from '../entities/index.js';
import { fromFloat16 } from '../ml/float16.js';
import { featureWriter, makeFeatures } from './features.js';
import { engineOption, featureSpecOfModel, type FeatureSpec } from './networks.js';
import { bad, choice, integer, optional, readOptions } from './options.js';
import { firstSpan, planSpans, type Span } from './spans.js';
import type { ChunkInHand, RunInHand, Stage } from './stage.js';

interface ClassifyOptions {
  /** A number of the collection's models; the one in force when null. */
  model: number | null;
  /** Instead of a number: the TRAIN run that makes the model, which may not have started when this is asked for. */
  trainRun: number | null;
  mode: 'ALL' | 'MISSING';
  engine: EngineName | null;
}

/** With the model that was found when the run was planned, and what is to be done with its scores. */
type ScoreSpan = Span & { modelId: number; into: 'OWN_TABLE' | 'PARTITION' };

const SPAN_IMAGES = 4096;

/**
 * Scores images with a model. ALL fills a table of the run's own, which takes the place of the model's scores when it is
 * full; MISSING adds to the scores there are. Features that are missing are made on the way.
 */
export const classify: Stage<ClassifyOptions, ScoreSpan> = {
  retries: true,
  parse(input) {
    const options = readOptions<ClassifyOptions>(input, {
      model: optional(integer(1, 2 ** 31 - 1), null),
      trainRun: optional(integer(1, 2 ** 31 - 1), null),
      mode: optional(choice('ALL', 'MISSING'), 'ALL'),
      engine: engineOption,
    });
    if (options.model === null || options.trainRun === null) return options;
    throw bad('model and trainRun each say which model; give one of the two.');
  },

  async plan(run, tx) {
    const { id, collectionId, options, retry } = run;
    const before = retry === null ? null : await firstSpan<ScoreSpan>(tx, retry.run);
    const model = before === null ? await askedModel(tx, collectionId, options) : await findModel(tx, before.modelId);
    await featureSpecOfModel(tx, run.config, model, options.engine);
    const partition = options.mode === 'MISSING' || retry !== null ? await scorePartition(tx, model.id) : null;
    if (partition === null) await createScoreTable(tx, id);
    const into = partition === null ? 'OWN_TABLE' : 'PARTITION';
    const { total, chunks } = await planSpans(tx, run, SPAN_IMAGES);
    return { total, chunks: chunks.map((span) => ({ ...span, modelId: model.id, into })) };
  },

  async work(run, chunk) {
    const { dataSource, config, networks } = run;
    const { span } = chunk;
    const model = await findModel(dataSource, span.modelId);
    const features = await featureSpecOfModel(dataSource, config, model, run.options.engine);
    const scorer = await networks.scorer(dataSource, model.id, features);
    const wanted = span.into === 'PARTITION' || span.retry ? await unscored(run, span) : null;
    await makeMissing(run, chunk, features, wanted);

    const begun = performance.now();
    const { imageIds, vectors } = await featuresOf(run, features, span, wanted);
    const n = imageIds.length;
    const logits = new Float32Array(n);
    const scores = new Float32Array(n);
    const block = new Float32Array(Math.min(n, BLOCK) * features.dimensions);
    for (let from = 0; from < n; from += BLOCK) {
      chunk.signal.throwIfAborted();
      const size = Math.min(BLOCK, n - from);
      for (let i = 0; i < size; i += 1) fromFloat16(vectors[from + i], block, i * features.dimensions);
      const scored = await scorer.score(block.subarray(0, size * features.dimensions), size);
      logits.set(scored.logits, from);
      scores.set(scored.scores, from);
    }
    const table = span.into === 'PARTITION' ? await scorePartition(dataSource, model.id) : scoreTableOf(run.id);
    if (table === null) throw new Error(`the scores of model ${model.id} are gone`);
    const { failed } = chunk.counted;
    chunk.measure('scoringSeconds', (performance.now() - begun) / 1000);
    await chunk.settle({ done: n, failed, skipped: span.images - n - failed }, (tx) =>
      copyScores(tx, table, model.id, imageIds, logits, scores),
    );
  },

  async finish({ dataSource, id }) {
    const span = await firstSpan<ScoreSpan>(dataSource, id);
    if (span === null) return {};
    const { modelId, into } = span;
    const { number } = await findModel(dataSource, modelId);
    return {
      outcome: { modelId, model: number },
      write: async (tx) => {
        if (into === 'OWN_TABLE') await attachScores(tx, { runId: id, modelId });
      },
    };
  },

  abandon: (runId, tx) => discardScoreTable(tx, runId),
};

function askedModel(db: Db, collectionId: number, { model, trainRun }: ClassifyOptions): Promise<Model> {
  if (trainRun !== null) return modelOfRun(db, collectionId, trainRun);
  return modelByNumber(db, collectionId, model ?? 'current');
}

/** Rows that the head scores at once. */
const BLOCK = 2048;

async function unscored(run: RunInHand<ClassifyOptions>, span: ScoreSpan): Promise<Set<number>> {
  const { dataSource, collectionId, id } = run;
  const images = await imagesWithoutScore(dataSource, { collectionId, modelId: span.modelId, span, runId: id });
  return new Set(images.map(({ imageId }) => imageId));
}

/**
 * Makes the features that the chunk lacks. Images count as done here already, for the progress; `settle` then says how
 * many were scored in all.
 */
async function makeMissing(
  run: RunInHand<ClassifyOptions>,
  chunk: ChunkInHand<ScoreSpan>,
  features: FeatureSpec,
  wanted: Set<number> | null,
): Promise<void> {
  const { dataSource, collectionId, id } = run;
  const { backboneId } = features;
  const pending = await pendingFeatures(dataSource, { collectionId, backboneId, span: chunk.span, runId: id });
  const pictures = wanted === null ? pending : pending.filter(({ imageId }) => wanted.has(imageId));
  await makeFeatures(run, features, pictures, featureWriter(id, 'CLASSIFY', chunk, features), chunk);
}

async function featuresOf(
  { dataSource, collectionId }: RunInHand<ClassifyOptions>,
  { backboneId }: FeatureSpec,
  span: ScoreSpan,
  wanted: Set<number> | null,
): Promise<{ imageIds: Int32Array; vectors: Buffer[] }> {
  if (wanted === null) return readFeaturesInSpan(dataSource, { collectionId, backboneId, span });
  return readFeatures(dataSource, { backboneId, imageIds: wanted });
}
