import { join } from 'node:path';

import { trainHead, type TrainingSet } from '../ml/training.js';
import { augmentationGain, mirrorsOf } from './augmentation.js';
import { featureSpecFor } from './networks.js';
import { quantisationLoss } from './quantisation-loss.js';
import { makeMissing, withFeatures } from './train-labels.js';
import { setOf, type Made, type TrainingAsked } from './training.js';
import { drawUnlabelled, makeSampleFeatures, scoreSample } from './unlabelled-sample.js';

/**
 * Trains a head on the features of the labelled images. Those that are missing are made first, and those of the unlabelled
 * sample with them, so that a model is the same whether or not the collection was embedded before.
 */
export async function trainOnFeatures(asked: TrainingAsked): Promise<Made> {
  const { run, chunk, options, scratch, onEpoch } = asked;
  const features = await featureSpecFor(run, run.options, { signal: chunk.signal });
  await makeMissing(run, chunk, features, asked.labels);
  const sample = await drawUnlabelled(run);
  await makeSampleFeatures(run, chunk, features, sample);
  const { labels, vectors } = await withFeatures(run, features, asked.labels);
  const set: TrainingSet = {
    ...setOf(labels),
    features: vectors,
    dimensions: features.dimensions,
    mirrors: options.augmentation === 'FLIP' ? await mirrorsOf(run, chunk, features, labels) : undefined,
  };
  const begun = performance.now();
  const trained = await trainHead(set, options, { directory: scratch, onEpoch, signal: chunk.signal });
  chunk.measure('trainingSeconds', (performance.now() - begun) / 1000);
  const { precision, maxAucLoss } = run.options;
  const lost =
    precision === 'FP32'
      ? {}
      : await quantisationLoss(run, chunk, {
          float: await featureSpecFor(run, { ...run.options, precision: 'FP32' }),
          labels,
          set,
          trained,
          options,
          directory: join(scratch, 'fp32'),
          maxAucLoss,
        });
  const gained = set.mirrors
    ? await augmentationGain(set, trained, options, {
        directory: join(scratch, 'unaugmented'),
        signal: chunk.signal,
      })
    : {};
  return {
    labels,
    trained,
    head: trained.weights,
    features,
    files: {},
    sample: await scoreSample(run, features, trained.weights, sample),
    metrics: { ...lost, ...gained },
    record: () => Promise.resolve(features.backboneId),
  };
}
