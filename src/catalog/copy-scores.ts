import type { EntityManager } from 'typeorm';

import { rows } from '../db.js';
import { copyIn } from './copy-binary.js';
import { lockCollectionOf } from './collections.js';
import { tallySql } from './score-bins.js';
import { isPartition } from './score-table.js';

/**
 * Writes scores: imageIds[i] has logits[i] and scores[i].
 *
 * Into a run's bare table it is a COPY, which does not look for what is there: the transaction must also be the one that
 * counts these images as done. Into the partition of a model it is an insert that leaves what is there as it is and moves
 * the model's bins by what is new, so the counts are exact as soon as it commits.
 * @param table of `createScoreTable` or `scorePartition`
 */
export async function copyScores(
  tx: EntityManager,
  table: string,
  modelId: number,
  imageIds: Int32Array,
  logits: Float32Array,
  scores: Float32Array,
): Promise<void> {
  if (imageIds.length !== logits.length || imageIds.length !== scores.length) {
    throw new TypeError(`${imageIds.length} images, ${logits.length} logits and ${scores.length} scores do not match`);
  }
  if (imageIds.length === 0) return;
  const attached = await isPartition(tx, table);
  if (attached === null) throw new Error(`there is no table ${table} to write scores to`);
  if (attached) return insertScores(tx, modelId, imageIds, logits, scores);
  await copyIn(
    tx,
    `${table} (model_id, image_id, logit, score)`,
    [
      { type: 'integer', value: () => modelId },
      { type: 'integer', value: (row) => imageIds[row] },
      { type: 'real', value: (row) => logits[row] },
      { type: 'real', value: (row) => scores[row] },
    ],
    imageIds.length,
  );
}

async function insertScores(
  tx: EntityManager,
  modelId: number,
  imageIds: Int32Array,
  logits: Float32Array,
  scores: Float32Array,
): Promise<void> {
  await lockCollectionOf(tx, modelId);
  await rows(
    tx,
    `with added as (
       insert into winnow.scores (model_id, image_id, logit, score)
       select $1::integer, s.image_id, s.logit, s.score
         from unnest($2::integer[], $3::real[], $4::real[]) as s (image_id, logit, score)
       on conflict (model_id, image_id) do nothing returning image_id, score)
     insert into winnow.score_bins (model_id, bin, images, positives, negatives)
     ${tallySql('$1::integer', 'added')}
     on conflict (model_id, bin) do update set images = score_bins.images + excluded.images,
       positives = score_bins.positives + excluded.positives, negatives = score_bins.negatives + excluded.negatives`,
    [modelId, Array.from(imageIds), Array.from(logits), Array.from(scores)],
  );
}
