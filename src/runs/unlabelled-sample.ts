import { readFeatures } from '../catalog/features.js';
import { sampleUnlabelled } from '../catalog/sample-unlabelled.js';
import { fromFloat16 } from '../ml/float16.js';
import { headToOnnx } from '../ml/heads-onnx.js';
import type { HeadWeights } from '../ml/heads.js';
import { openScorer } from '../ml/scorer.js';
import type { FeatureSpec } from './networks.js';
import type { RunInHand } from './stage.js';

/** Images without a label, with raw logits by the new model. */
export interface UnlabelledSample {
  imageIds: number[];
  logits: Float32Array;
}

/** Unlabelled images whose scores tell the balance of the collection. */
export const MOST_UNLABELLED = 2000;

/** What a head makes of a random sample of the collection's images that have features and no label; may be empty. */
export async function unlabelledSample(
  { dataSource, collectionId, options, config }: RunInHand<{ seed: number }>,
  { backboneId, dimensions }: FeatureSpec,
  weights: HeadWeights,
): Promise<UnlabelledSample> {
  const drawn = await sampleUnlabelled(dataSource, {
    collectionId,
    backboneId,
    seed: options.seed,
    most: MOST_UNLABELLED,
  });
  const asked = drawn.map(({ imageId }) => imageId);
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
