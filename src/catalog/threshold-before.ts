import { rows, type Db } from '../db.js';
import type { LabelValue } from '../entities/index.js';
import { currentModelsOf } from './models.js';

/** The threshold that a collection has had in force so far, and what its model knows of labels and images. */
export interface ThresholdBefore {
  modelId: number;
  /** Of the model in its collection. */
  number: number;
  /** 0..1 */
  value: number;
  who: string;
}

/** That of the model in force; null when there is none, or nobody has ever moved it off its default. */
export async function thresholdBefore(db: Db, collectionId: number): Promise<ThresholdBefore | null> {
  const [model] = await currentModelsOf(db, [collectionId]);
  if (model === null) return null;
  const { id: modelId, number } = model;
  const [newest, ...older] = await rows<{ value: number; who: string; note: string | null }>(
    db,
    'select value, who, note from winnow.thresholds where model_id = $1 order by id desc limit 2',
    [modelId],
  );
  const untouched = older.length === 0 && newest.note === 'default';
  return untouched ? null : { modelId, number, value: newest.value, who: newest.who };
}

/** A model's held-out labels with their scores, 0..1. */
export async function heldOutScores(db: Db, modelId: number): Promise<{ value: LabelValue; score: number }[]> {
  return rows(
    db,
    `select value, held_out_score as score from winnow.model_labels
      where model_id = $1 and held_out_score is not null order by image_id`,
    [modelId],
  );
}

/** A model's scores, 0..1, of these images; images without one are left out. */
export async function scoresOf(db: Db, modelId: number, imageIds: readonly number[]): Promise<Map<number, number>> {
  const found = await rows<{ imageId: number; score: number }>(
    db,
    'select image_id as "imageId", score from winnow.scores where model_id = $1 and image_id = any ($2::integer[])',
    [modelId, imageIds],
  );
  return new Map(found.map(({ imageId, score }) => [imageId, score]));
}
