import { readFeatures, storeFeatures } from '../catalog/features.js';
import { sampleUnlabelled } from '../catalog/sample-unlabelled.js';
import { fromFloat16 } from '../ml/float16.js';
import { headToOnnx } from '../ml/heads-onnx.js';
import type { HeadWeights } from '../ml/heads.js';
import { openScorer } from '../ml/scorer.js';
import { makeFeatures } from './features.js';
import type { FeatureSpec } from './networks.js';
import type { Picture } from './squares.js';
import type { ChunkInHand, RunInHand } from './stage.js';
import { picturesOf } from './train-labels.js';

/** Images without a label, with raw logits by the new model. */
export interface UnlabelledSample {
  imageIds: number[];
  logits: Float32Array;
}

/** Unlabelled images whose scores tell the balance of the collection. */
const MOST_UNLABELLED = 2000;

/** A random sample of the collection's images without a label: the same whatever has been embedded before. */
export async function drawUnlabelled({
  dataSource,
  collectionId,
  options,
}: RunInHand<{ seed: number }>): Promise<Picture[]> {
  const { seed } = options;
  return picturesOf(dataSource, await sampleUnlabelled(dataSource, { collectionId, seed, most: MOST_UNLABELLED }));
}

/**
 * Makes the features that a sample lacks, and stores them: scoring needs them anyway. An image that has none in the end is
 * no failure of this run; EMBED will say so.
 */
export async function makeSampleFeatures(
  run: RunInHand<object>,
  chunk: ChunkInHand<object>,
  features: FeatureSpec,
  sample: readonly Picture[],
): Promise<void> {
  const { backboneId } = features;
  const asked = sample.map(({ imageId }) => imageId);
  const there = new Set((await readFeatures(run.dataSource, { backboneId, imageIds: asked })).imageIds);
  const missing = sample.filter(({ imageId }) => !there.has(imageId));
  await makeFeatures(
    run,
    features,
    missing,
    ({ rows }) => chunk.advance({}, (tx) => storeFeatures(tx, backboneId, rows)),
    chunk,
  );
}

/** What a head makes of those of the sample that have features; may be empty. */
export async function scoreSample(
  { dataSource, config }: RunInHand<object>,
  { backboneId, dimensions }: FeatureSpec,
  weights: HeadWeights,
  sample: readonly Picture[],
): Promise<UnlabelledSample> {
  const asked = sample.map(({ imageId }) => imageId);
  const { imageIds, vectors } = await readFeatures(dataSource, { backboneId, imageIds: asked });
  const features = new Float32Array(vectors.length * dimensions);
  vectors.forEach((vector, i) => fromFloat16(vector, features, i * dimensions));
  const scorer = await openScorer(headToOnnx(weights), dimensions, config);
  try {
    const { logits } = await scorer.score(features, vectors.length);
    return { imageIds: [...imageIds], logits };
  } finally {
    await scorer.dispose();
  }
}
