import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';
import { Model, type HeadName, type LabelValue, type ModelCalibration, type Part } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { entityRows } from './entity-rows.js';
import { setThreshold } from './thresholds.js';

export { clearEpochs, recordEpoch, type EpochRow } from './epochs.js';

/** Where the threshold of a new model stands. */
export const FIRST_THRESHOLD = 0.5;

export interface NewModel {
  collectionId: number;
  backboneId: number;
  /** The TRAIN run that made it. */
  runId: number;
  head: HeadName;
  options: object;
  fingerprint: string;
  labelsDigest: string;
  /** Where its files are, relative to WINNOW_HOME. */
  directory: string;
  chosenEpoch: number;
  metrics: Record<string, number | null>;
  /** The labels it learnt from or was judged by. */
  labels: readonly {
    imageId: number;
    value: LabelValue;
    part: Part;
    /** By a head that had not learnt from it; null where there is none. */
    heldOutLogit: number | null;
    /** 0..1 */
    heldOutScore: number | null;
  }[];
  calibration: ModelCalibration;
  /** How many labels it learnt from or was judged by, where not all of them are among `labels`. */
  counts?: { positives: number; negatives: number };
  /** Its first threshold; FIRST_THRESHOLD when left out. */
  threshold?: { value: number; note: string };
  /** Who the first threshold is by; `winnow` when left out. */
  who?: string;
}

/**
 * Records a trained model under the next number of its collection, with the labels it learnt from and a first threshold. A run that has recorded its model gets that one back.
 */
export async function recordModel(tx: EntityManager, model: NewModel): Promise<Model> {
  // Numbers have no gaps, so they are given one transaction after the other.
  await rows(tx, `select pg_advisory_xact_lock(hashtext('winnow.models'), $1)`, [model.collectionId]);
  const recorded = await tx.getRepository(Model).findOneBy({ runId: model.runId });
  if (recorded !== null) return recorded;
  const {
    collectionId,
    backboneId,
    runId,
    head,
    options,
    fingerprint,
    labelsDigest,
    directory,
    chosenEpoch,
    metrics,
    calibration,
  } = model;
  const found = model.labels.filter(({ value }) => value === 'POSITIVE').length;
  const { positives, negatives } = model.counts ?? { positives: found, negatives: model.labels.length - found };
  const [row] = await entityRows(
    tx,
    Model,
    `with numbered as (
       update winnow.collections c
          set last_model = 1 + greatest(last_model, (select max(number) from winnow.models where collection_id = c.id))
        where id = $1::integer returning last_model)
     insert into winnow.models (collection_id, number, backbone_id, run_id, head, options, fingerprint, labels_digest,
                                directory, positives, negatives, chosen_epoch, metrics, calibration)
     select $1::integer, last_model, $2::smallint, $3::integer, $4, $5::jsonb, $6, $7, $8,
            $9::integer, $10::integer, $11::integer, $12::jsonb, $13::jsonb
       from numbered returning *`,
    [
      collectionId,
      backboneId,
      runId,
      head,
      JSON.stringify(options),
      fingerprint,
      labelsDigest,
      directory,
      positives,
      negatives,
      chosenEpoch,
      JSON.stringify(metrics),
      JSON.stringify(calibration),
    ],
  );
  await rows(
    tx,
    `insert into winnow.model_labels (model_id, image_id, value, part, held_out_logit, held_out_score)
     select $1::integer, * from unnest($2::integer[], $3::text[], $4::text[], $5::real[], $6::real[])`,
    [
      row.id,
      model.labels.map(({ imageId }) => imageId),
      model.labels.map(({ value }) => value),
      model.labels.map(({ part }) => part),
      model.labels.map(({ heldOutLogit }) => heldOutLogit),
      model.labels.map(({ heldOutScore }) => heldOutScore),
    ],
  );
  const { threshold = { value: FIRST_THRESHOLD, note: 'default' }, who = 'winnow' } = model;
  await setThreshold(tx, { modelId: row.id, ...threshold, who });
  return row;
}

/** @throws WinnowError NOT_FOUND */
export async function findModel(db: Db, id: number): Promise<Model> {
  const model = await db.getRepository(Model).findOneBy({ id });
  if (model === null) throw new WinnowError('NOT_FOUND', `There is no model with the id ${id}.`);
  return model;
}

/**
 * @throws WinnowError NOT_FOUND when the run has made no model of this collection: it is no TRAIN run, is not over, or has failed;
 *   or its model has been deleted
 */
export async function modelOfRun(db: Db, collectionId: number, runId: number): Promise<Model> {
  const model = await db.getRepository(Model).findOneBy({ collectionId, runId });
  if (model === null) throw new WinnowError('NOT_FOUND', `There is no model of this collection by run ${runId}.`);
  return model;
}

/** The models in force of collections: the one that was promoted, else the newest; null where there is none. */
export async function currentModelsOf(db: Db, collectionIds: readonly number[]): Promise<(Model | null)[]> {
  const found = await entityRows(
    db,
    Model,
    `select distinct on (m.collection_id) m.* from winnow.models m join winnow.collections c on c.id = m.collection_id
      where m.collection_id = any ($1::integer[])
      order by m.collection_id, m.id = c.promoted_model_id desc nulls last, m.number desc`,
    [collectionIds],
  );
  const current = new Map(found.map((model) => [model.collectionId, model]));
  return collectionIds.map((id) => current.get(id) ?? null);
}

/** Which model of a collection: one by its number, the newest, or the one in force, which is the promoted one, else the newest. */
export type ModelChoice = number | 'latest' | 'current';

/** @throws WinnowError NO_MODEL when the collection has no model at all, NOT_FOUND when it has none of that number */
export async function modelByNumber(db: Db, collectionId: number, number: ModelChoice): Promise<Model> {
  const [latest] = await db.getRepository(Model).find({ where: { collectionId }, order: { number: 'DESC' }, take: 1 });
  if (latest === undefined)
    throw new WinnowError('NO_MODEL', 'The collection has no model yet. Label some images and train.');
  if (number === 'latest' || number === latest.number) return latest;
  if (number === 'current') return (await currentModelsOf(db, [collectionId]))[0] ?? latest;
  const model = await db.getRepository(Model).findOneBy({ collectionId, number });
  if (model !== null) return model;
  throw new WinnowError('NOT_FOUND', `There is no model v${number}; the latest is v${latest.number}.`);
}

/** All models of a collection, the newest first. */
export async function listModels(db: Db, collectionId: number): Promise<Model[]> {
  return db.getRepository(Model).find({ where: { collectionId }, order: { number: 'DESC' } });
}
