import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { labelsDigest, trainingLabels, type TrainingLabel } from '../catalog/labels.js';
import { clearEpochs, recordEpoch, recordModel, type NewModel } from '../catalog/models.js';
import { Model } from '../entities/index.js';
import { calibratedScore, fitCalibration, type Calibration } from '../ml/calibration.js';
import { saveModel } from '../ml/model-files.js';
import { calibrationMetrics } from '../ml/reliability.js';
import { labelsOf, type Epochs } from '../ml/training.js';
import { verifyBackbone } from './backbones.js';
import { firstThreshold } from './carry-over.js';
import { openScratch, removeStaleScratch } from './scratch.js';
import type { Stage } from './stage.js';
import { trainOnFeatures } from './train-head.js';
import { requireBothClasses } from './train-labels.js';
import { trainNetwork } from './train-network.js';
import { headOptions, parseTraining, type TrainingOptions } from './train-options.js';
import { setOf } from './training.js';

/**
 * Trains a model on the labels: a head on features, or most of a network with it. Its items are epochs: those that early stopping
 * spared are skipped; a labelled image that cannot be used is one more item, failed. Interrupted, it trains again from the
 * start, to the same model.
 */
export const train: Stage<TrainingOptions, object> = {
  retries: false,
  parse: parseTraining,

  verify: verifyBackbone,

  plan: ({ options }) => Promise.resolve({ total: options.epochs, chunks: [{}] }),

  async work(run, chunk) {
    const { dataSource, config, options, collectionId } = run;
    await chunk.restart();
    await clearEpochs(dataSource, run.id);
    await removeStaleScratch(dataSource, config, run.id);
    const asked = await trainingLabels(dataSource, collectionId);
    requireBothClasses(asked);

    const scratch = await openScratch(config, run);
    const { backbone, precision, position, pad, carry, fineTune } = options;
    const trainOptions = headOptions(options);
    try {
      const { labels, trained, head, features, files, sample, ...made } = await (
        fineTune === 'NONE' ? trainOnFeatures : trainNetwork
      )({
        run,
        chunk,
        options: trainOptions,
        labels: asked,
        scratch,
        onEpoch: (epoch) => chunk.advance({ done: 1 }, (tx) => recordEpoch(tx, run.id, epoch)),
      });

      // The directory carries the run's number: a model's number is only known once it is recorded.
      const directory = join('models', String(collectionId), `run-${run.id}`);
      await chunk.advance({}); // Whoever has this chunk may now replace what an interrupted attempt left there.
      await rm(join(config.home, directory), { recursive: true, force: true });
      const digest = labelsDigest(labels);
      const heldOut = { logits: trained.heldOutLogits, labels: labelsOf(setOf(labels), trained.folds.heldOut) };
      const calibration = fitCalibration(heldOut, sample.logits, options.calibration);
      const threshold = await firstThreshold(dataSource, { collectionId, carry }, { heldOut, sample, calibration });
      const metrics = { ...trained.metrics, ...calibrationMetrics(heldOut, calibration), ...made.metrics };
      const spec = {
        head: options.head,
        options: trainOptions,
        dimensions: features.dimensions,
        backbone: { name: features.name, fingerprint: features.fingerprint },
        letterbox: features.letterbox,
        labelsDigest: digest,
        chosenEpoch: trained.chosenEpoch,
        metrics,
        calibration,
      };
      const { fingerprint } = await saveModel(join(config.home, directory), { weights: head }, spec, files);

      const { done, failed } = chunk.counted;
      const counted = { done, failed, skipped: options.epochs - done, total: failed };
      const tuned = fineTune === 'NONE' ? {} : { fineTune, size: features.letterbox.size };
      await chunk.settle(counted, async (tx) => {
        await recordModel(tx, {
          collectionId,
          backboneId: await made.record(tx),
          runId: run.id,
          head: options.head,
          options: { ...trainOptions, backbone, precision, position, pad, carry, ...tuned, backend: trained.backend },
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
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },

  async finish({ dataSource, id }) {
    const model = await dataSource.getRepository(Model).findOneByOrFail({ runId: id });
    const { number, chosenEpoch, positives, negatives, metrics } = model;
    return { outcome: { modelId: model.id, model: number, chosenEpoch, positives, negatives, metrics } };
  },
};

function partsOf(
  labels: TrainingLabel[],
  { folds, heldOutLogits }: Epochs,
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
