import { sourcesOf } from '../catalog/batches.js';
import { readFeatures } from '../catalog/features.js';
import type { TrainingLabel } from '../catalog/labels.js';
import type { Db } from '../db.js';
import { WinnowError } from '../errors.js';
import { fromFloat16 } from '../ml/float16.js';
import { featureWriter, makeFeatures, type MadeFeatures } from './features.js';
import type { FeatureSpec } from './networks.js';
import type { Picture } from './squares.js';
import type { ChunkInHand, RunInHand } from './stage.js';

/** Sources of an image that are tried when its features have to be made. */
const SOURCES = 16;

/**
 * Said before anything is computed; the split says it again, more exactly, for what is left then.
 * @throws WinnowError TOO_FEW_LABELS, ONE_CLASS_ONLY
 */
export function requireBothClasses(labels: readonly Pick<TrainingLabel, 'value'>[]): void {
  if (labels.length === 0) {
    throw new WinnowError(
      'TOO_FEW_LABELS',
      'There are no labels in this collection yet. Give some dozens of each kind: in a file (--labels), as folders ' +
        '(--positive, --negative), or by hand on the Label page of winnow serve.',
    );
  }
  const [{ value }] = labels;
  if (labels.every((label) => label.value === value)) {
    throw new WinnowError('ONE_CLASS_ONLY', `All labels are ${value}. Label some images of the other kind, too.`);
  }
}

/** Makes the features that labels lack, while the run counts those that cannot be used as failed. */
export async function makeMissing(
  run: RunInHand<object>,
  chunk: ChunkInHand<object>,
  features: FeatureSpec,
  labels: TrainingLabel[],
): Promise<void> {
  const { dataSource, id } = run;
  const { backboneId } = features;
  const { imageIds } = await readFeatures(dataSource, { backboneId, imageIds: labels.map(({ imageId }) => imageId) });
  const there = new Set(imageIds);
  const pictures = await picturesOf(
    dataSource,
    labels.filter(({ imageId }) => !there.has(imageId)),
  );
  const count = ({ failures }: MadeFeatures) => ({ failed: failures.length, total: failures.length });
  await makeFeatures(run, features, pictures, featureWriter(id, 'TRAIN', chunk, features, count), chunk);
}

/** Images with where their bytes may be found, in their order. */
export async function picturesOf(db: Db, images: readonly { imageId: number; sha256: string }[]): Promise<Picture[]> {
  const sources = await sourcesOf(
    db,
    images.map(({ imageId }) => ({ of: imageId, first: SOURCES })),
  );
  return images.map(({ imageId, sha256 }, i) => ({ imageId, sha256, uris: sources[i].map(({ uri }) => uri) }));
}

/** The labels that have features, in their order, with these features in one array. */
export async function withFeatures(
  { dataSource }: RunInHand<object>,
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
