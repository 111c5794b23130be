import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { labelsDigest, trainingLabels, type TrainingLabel } from '../catalog/labels.js';
import { clearEpochs, recordEpoch, recordModel, type NewModel } from '../catalog/models.js';
import { Model } from '../entities/index.js';
import { calibratedScore, fitCalibration, type Calibration } from '../ml/calibration.js';
import { nearDuplicateGroups } from '../ml/groups.js';
import { saveModel } from '../ml/model-files.js';
import { calibrationMetrics } from '../ml/reliability.js';
import {
  labelsOf,
  parseTrainOptions,
  trainHead,
  type TrainedHead,
  type TrainingSet,
  type TrainOptions,
} from '../ml/training.js';
import { augmentationGain, mirrorsOf } from './augmentation.js';
import { verifyBackbone } from './backbones.js';
import { firstThreshold, type Carry } from './carry-over.js';
import { featureOptions, featureSpecFor, type FeatureOptions } from './networks.js';
import { choice, optional, readOptions, share } from './options.js';
import { quantisationLoss } from './quantisation-loss.js';
import type { Stage } from './stage.js';
import { makeMissing, requireBothClasses, withFeatures } from './train-labels.js';
import { unlabelledSample } from './unlabelled-sample.js';

interface Options extends TrainOptions, FeatureOptions {
  carry: Carry;
  /** With INT8: the most that the AUC on validation labels may lose against FP32. */
  mostLoss: number;
}

/** A fiftieth: less than what another draw of some hundred labels changes. */
const MOST_LOSS = 0.02;

/**
 * Trains a head on the labels. Its items are epochs: those that early stopping spared are skipped; a labelled image that
 * cannot be used is one more item, failed. Interrupted, it trains again from the start, to the same model.
 */
export const train: Stage<Options, object> = {
  retries: false,
  parse(input) {
    const { backbone, precision, position, pad, carry, mostLoss, ...training } = input as Record<string, unknown>;
    return {
      ...readOptions<Omit<Options, keyof TrainOptions>>(
        { backbone, precision, position, pad, carry, mostLoss },
        {
          ...featureOptions,
          carry: optional(choice('PRECISION', 'SHARE', 'NONE'), 'PRECISION'),
          mostLoss: optional(share, MOST_LOSS),
        },
      ),
      ...parseTrainOptions(training),
    };
  },

  verify: verifyBackbone,

  plan: ({ options }) => Promise.resolve({ total: options.epochs, chunks: [{}] }),

  async work(run, chunk) {
    const { dataSource, config, options, collectionId } = run;
    await chunk.restart();
    await clearEpochs(dataSource, run.id);
    const features = await featureSpecFor(run, options, { signal: chunk.signal });
    const asked = await trainingLabels(dataSource, collectionId);
    requireBothClasses(asked);
    await makeMissing(run, chunk, features, asked);
    const { labels, vectors } = await withFeatures(run, features, asked);

    const scratch = join(config.home, 'models', String(collectionId), `.run-${run.id}`);
    await rm(scratch, { recursive: true, force: true });
    const { backbone, precision, position, pad, carry, mostLoss, ...trainOptions } = options;
    const set: TrainingSet = {
      features: vectors,
      dimensions: features.dimensions,
      labels: Uint8Array.from(labels, ({ value }) => (value === 'POSITIVE' ? 1 : 0)),
      groups: nearDuplicateGroups(BigInt64Array.from(labels, ({ phash }) => phash)),
      mirrors: options.augmentation === 'FLIP' ? await mirrorsOf(run, chunk, features, labels) : undefined,
    };
    const begun = performance.now();
    const trained = await trainHead(set, trainOptions, {
      directory: scratch,
      onEpoch: (epoch) => chunk.advance({ done: 1 }, (tx) => recordEpoch(tx, run.id, epoch)),
      signal: chunk.signal,
    });
    chunk.measure('trainingSeconds', (performance.now() - begun) / 1000);

    // The directory carries the run's number: a model's number is only known once it is recorded.
    const directory = join('models', String(collectionId), `run-${run.id}`);
    await chunk.advance({}); // Whoever has this chunk may now replace what an interrupted attempt left there.
    await rm(join(config.home, directory), { recursive: true, force: true });
    const digest = labelsDigest(labels);
    const heldOut = {
      logits: trained.heldOutLogits,
      labels: labelsOf(set, trained.folds.heldOut),
    };
    const lost =
      precision === 'FP32'
        ? {}
        : await quantisationLoss(run, chunk, {
            float: await featureSpecFor(run, { ...options, precision: 'FP32' }),
            labels,
            set,
            trained,
            options: trainOptions,
            directory: `${scratch}.fp32`,
            mostLoss,
          });
    const gained = set.mirrors
      ? await augmentationGain(set, trained, trainOptions, {
          directory: `${scratch}.unaugmented`,
          signal: chunk.signal,
        })
      : {};
    const sample = await unlabelledSample(run, features, trained.weights);
    const calibration = fitCalibration(heldOut, sample.logits, options.calibration);
    const threshold = await firstThreshold(dataSource, { collectionId, carry }, { heldOut, sample, calibration });
    const metrics = { ...trained.metrics, ...calibrationMetrics(heldOut, calibration), ...lost, ...gained };
    const { fingerprint } = await saveModel(join(config.home, directory), trained, {
      head: options.head,
      options: trainOptions,
      dimensions: features.dimensions,
      backbone: { name: backbone, fingerprint: features.fingerprint },
      letterbox: features.letterbox,
      labelsDigest: digest,
      chosenEpoch: trained.chosenEpoch,
      metrics,
      calibration,
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
        options: { ...trainOptions, backbone, precision, position, pad, carry, backend: trained.backend },
        fingerprint,
        labelsDigest: digest,
        directory,
        chosenEpoch: trained.chosenEpoch,
        metrics,
        calibration,
        labels: partsOf(labels, trained, calibration),
        threshold,
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

function partsOf(
  labels: TrainingLabel[],
  { folds, heldOutLogits }: TrainedHead,
  calibration: Calibration,
): NewModel['labels'] {
  const learnt = new Set(folds.learnt);
  const logits = new Map(Array.from(folds.heldOut, (row, i) => [row, heldOutLogits[i]]));
  return labels.map(({ imageId, value }, row) => {
    const heldOutLogit = logits.get(row) ?? null;
    const heldOutScore = heldOutLogit === null ? null : calibratedScore(calibration, heldOutLogit);
    return { imageId, value, part: learnt.has(row) ? 'TRAINING' : 'VALIDATION', heldOutLogit, heldOutScore };
  });
}
