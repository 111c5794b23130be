import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';

import { ensureBackbone } from '../catalog/features.js';
import type { TrainingLabel } from '../catalog/labels.js';
import { trainHead, type Mirrors, type TrainedHead, type TrainingSet, type TrainOptions } from '../ml/training.js';
import type { FeatureSpec } from './networks.js';
import type { ChunkInHand, RunInHand } from './stage.js';
import { makeMissing, withFeatures } from './train-labels.js';

/**
 * Features of the labelled pictures flipped left to right. They are made where they are missing and kept like all others, under a
 * fingerprint of their own; a picture that cannot be read any more is a failure of the run and goes without.
 * @param labels those of the training set, in its order
 */
export async function mirrorsOf(
  run: RunInHand<object>,
  chunk: ChunkInHand<object>,
  features: FeatureSpec,
  labels: TrainingLabel[],
): Promise<Mirrors> {
  const flipped = await mirroredSpec(run, features);
  await makeMissing(run, chunk, flipped, labels);
  const { labels: usable, vectors } = await withFeatures(run, flipped, labels);
  const rows = new Map(labels.map(({ imageId }, row) => [imageId, row]));
  return { features: vectors, of: Int32Array.from(usable, ({ imageId }) => rows.get(imageId)!) };
}

/**
 * What the mirrored pictures did: a second head learns from the same labels without them, with the same options, folds and seed, and
 * both are judged on the same held-out labels.
 * @returns metrics of the model: the other head's AUC, and how much more the model's is (negative when it is less).
 * @throws WinnowError CANCELLED
 */
export async function augmentationGain(
  set: TrainingSet,
  trained: TrainedHead,
  options: TrainOptions,
  hooks: { directory: string; signal: AbortSignal },
): Promise<Record<string, number | null>> {
  const other = await trainHead({ ...set, mirrors: undefined }, options, hooks);
  await rm(hooks.directory, { recursive: true, force: true });
  const { validationAuc } = trained.metrics;
  const unaugmentedValidationAuc = other.metrics.validationAuc;
  const known = validationAuc !== null && unaugmentedValidationAuc !== null;
  return { unaugmentedValidationAuc, aucGained: known ? validationAuc - unaugmentedValidationAuc : null };
}

async function mirroredSpec({ dataSource }: RunInHand<object>, of: FeatureSpec): Promise<FeatureSpec> {
  const { name, dimensions, letterbox } = of;
  const fingerprint = createHash('sha256').update(of.fingerprint).update('mirrored').digest('hex');
  const spec = { of: of.fingerprint, mirrored: true, letterbox };
  const { id } = await ensureBackbone(dataSource, { name, fingerprint, size: letterbox.size, dimensions, spec });
  return { ...of, backboneId: id, fingerprint, mirrored: true };
}
