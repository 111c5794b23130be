import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { sourcesOf } from '../catalog/batches.js';
import { readFeatures } from '../catalog/features.js';
import { labelsDigest, trainingLabels, type TrainingLabel } from '../catalog/labels.js';
import { clearEpochs, recordEpoch, recordModel } from '../catalog/models.js';
import { Model, type Part } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { fromFloat16 } from '../ml/float16.js';
import { nearDuplicateGroups } from '../ml/groups.js';
import { saveModel } from '../ml/model-files.js';
import { parseTrainOptions, trainHead, type TrainOptions } from '../ml/training.js';
import { verifyBackbone } from './backbones.js';
import { featureWriter, makeFeatures, type MadeFeatures } from './features.js';
import { featureOptions, featureSpecFor, type FeatureOptions, type FeatureSpec } from './networks.js';
import { readOptions } from './options.js';
import type { ChunkInHand, RunInHand, Stage } from './stage.js';

type Options = TrainOptions & FeatureOptions;
type Run = RunInHand<Options>;

/** Sources of an image that are tried when its features have to be made. */
const SOURCES = 16;

/**
 * Trains a head on the labels. Its items are epochs: those that early stopping spared are skipped; a labelled image that
 * cannot be used is one more item, failed. Interrupted, it trains again from the start, to the same model.
 */
export const train: Stage<Options, object> = {
  retries: false,
  parse(input) {
    const { backbone, position, pad, ...training } = input as Record<string, unknown>;
    return {
      ...readOptions<FeatureOptions>({ backbone, position, pad }, featureOptions),
      ...parseTrainOptions(training),
    };
  },

  verify: verifyBackbone,

  plan: ({ options }) => Promise.resolve({ total: options.epochs, chunks: [{}] }),

  async work(run, chunk) {
    const { dataSource, config, options, collectionId } = run;
    await chunk.restart();
    await clearEpochs(dataSource, run.id);
    const features = await featureSpecFor(dataSource, config, options);
    const asked = await trainingLabels(dataSource, collectionId);
    requireBothClasses(asked);
    await makeMissing(run, chunk, features, asked);
    const { labels, vectors } = await withFeatures(run, features, asked);

    const scratch = join(config.home, 'models', String(collectionId), `.run-${run.id}`);
    await rm(scratch, { recursive: true, force: true });
    const { backbone, position, pad, ...trainOptions } = options;
    const begun = performance.now();
    const trained = await trainHead(
      {
        features: vectors,
        dimensions: features.dimensions,
        labels: Uint8Array.from(labels, ({ value }) => (value === 'POSITIVE' ? 1 : 0)),
        groups: nearDuplicateGroups(BigInt64Array.from(labels, ({ phash }) => phash)),
      },
      trainOptions,
      {
        directory: scratch,
        onEpoch: (epoch) => chunk.advance({ done: 1 }, (tx) => recordEpoch(tx, run.id, epoch)),
        signal: chunk.signal,
      },
    );
    chunk.measure('trainingSeconds', (performance.now() - begun) / 1000);

    // The directory carries the run's number: a model's number is only known once it is recorded.
    const directory = join('models', String(collectionId), `run-${run.id}`);
    await chunk.advance({}); // Whoever has this chunk may now replace what an interrupted attempt left there.
    await rm(join(config.home, directory), { recursive: true, force: true });
    const digest = labelsDigest(labels);
    const { fingerprint } = await saveModel(join(config.home, directory), trained, {
      head: options.head,
      options: trainOptions,
      dimensions: features.dimensions,
      backbone: { name: backbone, fingerprint: features.fingerprint },
      letterbox: features.letterbox,
      labelsDigest: digest,
      chosenEpoch: trained.chosenEpoch,
      metrics: trained.metrics,
    });
    await rm(scratch, { recursive: true, force: true });

    const { done, failed } = chunk.counted;
    const counted = { done, failed, skipped: options.epochs - done, total: failed };
    await chunk.settle(counted, async (tx) => {
      await recordModel(tx, {
        collectionId,
        backboneId: features.backboneId,
        runId: run.id,
        head: options.head,
        options: { ...trainOptions, backbone, position, pad, backend: trained.backend },
        fingerprint,
        labelsDigest: digest,
        directory,
        chosenEpoch: trained.chosenEpoch,
        metrics: trained.metrics,
        labels: partsOf(labels, trained.split),
        who: run.requestedBy,
      });
    });
  },

  async finish({ dataSource, id }) {
    const model = await dataSource.getRepository(Model).findOneByOrFail({ runId: id });
    const { number, chosenEpoch, positives, negatives, metrics } = model;
    return { outcome: { modelId: model.id, model: number, chosenEpoch, positives, negatives, metrics } };
  },
};

/** Said before anything is computed; the split says it again, more exactly, for what is left then. */
function requireBothClasses(labels: TrainingLabel[]): void {
  if (labels.length === 0) {
    throw new WinnowError(
      'TOO_FEW_LABELS',
      'There are no labels in this collection yet. Label images of both kinds, some dozens of each, and train again.',
    );
  }
  const [{ value }] = labels;
  if (labels.every((label) => label.value === value)) {
    throw new WinnowError(
      'ONE_CLASS_ONLY',
      `All ${labels.length} labels are ${value}. Label some images of the other kind, too.`,
    );
  }
}

async function makeMissing(
  run: Run,
  chunk: ChunkInHand<object>,
  features: FeatureSpec,
  labels: TrainingLabel[],
): Promise<void> {
  const { dataSource, id } = run;
  const { backboneId } = features;
  const { imageIds } = await readFeatures(dataSource, { backboneId, imageIds: labels.map(({ imageId }) => imageId) });
  const there = new Set(imageIds);
  const missing = labels.filter(({ imageId }) => !there.has(imageId));
  const sources = await sourcesOf(
    dataSource,
    missing.map(({ imageId }) => ({ of: imageId, first: SOURCES })),
  );
  const pictures = missing.map(({ imageId, sha256 }, i) => ({
    imageId,
    sha256,
    uris: sources[i].map(({ uri }) => uri),
  }));
  const count = ({ failures }: MadeFeatures) => ({ failed: failures.length, total: failures.length });
  await makeFeatures(run, features, pictures, featureWriter(id, 'TRAIN', chunk, features, count), chunk);
}

/** The labels that have features, in their order, with these features in one array. */
async function withFeatures(
  { dataSource }: Run,
  { backboneId, dimensions }: FeatureSpec,
  labels: TrainingLabel[],
): Promise<{ labels: TrainingLabel[]; vectors: Float32Array }> {
  const stored = await readFeatures(dataSource, { backboneId, imageIds: labels.map(({ imageId }) => imageId) });
  const byImage = new Map(Array.from(stored.imageIds, (imageId, i) => [imageId, stored.vectors[i]]));
  const usable = labels.filter(({ imageId }) => byImage.has(imageId));
  const vectors = new Float32Array(usable.length * dimensions);
  usable.forEach(({ imageId }, i) => fromFloat16(byImage.get(imageId)!, vectors, i * dimensions));
  return { labels: usable, vectors };
}

function partsOf(labels: TrainingLabel[], split: { training: Int32Array; validation: Int32Array }) {
  const part = (indices: Int32Array, name: Part) =>
    Array.from(indices, (i) => ({ imageId: labels[i].imageId, value: labels[i].value, part: name }));
  return [...part(split.training, 'TRAINING'), ...part(split.validation, 'VALIDATION')];
}
