import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';
import type { Model } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { lockCollection } from './collections.js';
import { findModel } from './models.js';
import { lockCollection as lockRuns } from './runs.js';
import { dropScores } from './score-table.js';

/**
 * Puts a model in force for its collection, whatever is trained after it, until another one is promoted.
 * @throws WinnowError NOT_FOUND
 */
export async function promoteModel(db: Db, modelId: number): Promise<Model> {
  const model = await findModel(db, modelId);
  await rows(db, 'update winnow.collections set promoted_model_id = $2 where id = $1', [model.collectionId, modelId]);
  return model;
}

/**
 * Deletes a model with its scores, thresholds and labels as it learnt them; the labels of the collection, its runs
 * and what was exported stay. Its files are left to the caller. Its number does not come again.
 * @param expectedNumber the number that whoever asks believes it has.
 * @throws WinnowError NOT_FOUND; CONFLICT when it has another number, is promoted, or a run of its collection is not over
 */
export async function deleteModel(tx: EntityManager, modelId: number, expectedNumber: number): Promise<Model> {
  const model = await findModel(tx, modelId);
  const { collectionId, number } = model;
  await lockRuns(tx, collectionId); // Nobody asks for a run between the look and the end.
  await lockCollection(tx, collectionId);
  if (number !== expectedNumber) {
    throw new WinnowError('CONFLICT', `The model is v${number}, but v${expectedNumber} was to be deleted.`);
  }
  const [{ promoted, busy }] = await rows<{ promoted: boolean; busy: number | null }>(
    tx,
    `select exists (select from winnow.collections where promoted_model_id = $1) as promoted,
            (select id from winnow.runs where collection_id = $2 and finished_at is null order by id limit 1) as busy`,
    [modelId, collectionId],
  );
  if (promoted) throw new WinnowError('CONFLICT', `Model v${number} is promoted. Promote another one first.`);
  if (busy !== null) {
    throw new WinnowError('CONFLICT', `Run ${busy} of the collection is not over. Wait for it, or cancel it.`);
  }
  await dropScores(tx, modelId);
  await rows(tx, 'delete from winnow.models where id = $1', [modelId]);
  await deleteOwnBackbone(tx, model.backboneId);
  return model;
}

/** A fine-tuned network goes with the last model that it belongs to, and what it made of images too. */
async function deleteOwnBackbone(tx: EntityManager, backboneId: number): Promise<void> {
  const own = `select id from winnow.backbones where id = $1 and spec ? 'fineTuned'
                  and not exists (select from winnow.models where backbone_id = $1)`;
  await rows(tx, `delete from winnow.features where backbone_id in (${own})`, [backboneId]);
  await rows(tx, `delete from winnow.backbones where id in (${own})`, [backboneId]);
}
