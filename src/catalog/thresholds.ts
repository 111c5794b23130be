import type { Db } from '../db.js';
import { Threshold } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { entityRows } from './entity-rows.js';

export interface NewThreshold {
  modelId: number;
  /** 0..1 */
  value: number;
  note?: string | null;
  who: string;
}

/**
 * Moves the threshold of a model: one inserted row, nothing else is touched, whatever the size of the collection.
 * @throws WinnowError BAD_INPUT when the value is not within 0..1; NOT_FOUND when there is no such model
 */
export async function setThreshold(db: Db, { modelId, value, note, who }: NewThreshold): Promise<Threshold> {
  checkThreshold(value);
  const [threshold] = await entityRows(
    db,
    Threshold,
    `insert into winnow.thresholds (model_id, value, note, who)
     select id, $2::real, $3, $4 from winnow.models where id = $1 returning *`,
    [modelId, value, note ?? null, who],
  );
  if (threshold === undefined) throw new WinnowError('NOT_FOUND', `There is no model with the id ${modelId}.`);
  return threshold;
}

/**
 * Sets the threshold of a model back to an earlier record of its history, or to the one before the one in force: one more
 * record, whose note says what it goes back to. So going back twice is going forth again.
 * @param to the id of the record to go back to
 * @param note why, added to what is noted anyway
 * @throws WinnowError NOT_FOUND when the model or the record is not there; CONFLICT when there is none before
 */
export async function revertThreshold(
  db: Db,
  { modelId, to, note, who }: { modelId: number; to?: number; note?: string | null; who: string },
): Promise<Threshold> {
  const [threshold] = await entityRows(
    db,
    Threshold,
    `insert into winnow.thresholds (model_id, value, note, who)
     select t.model_id, t.value, concat_ws(': ',
              format('back to %s of %s UTC by %s', t.value, to_char(t.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), t.who),
              $3::text), $4
       from winnow.thresholds t
      where t.model_id = $1 and t.id = coalesce($2::integer,
              (select id from winnow.thresholds where model_id = $1 order by id desc offset 1 limit 1))
     returning *`,
    [modelId, to ?? null, note ?? null, who],
  );
  if (threshold !== undefined) return threshold;
  const inForce = await thresholdInForce(db, modelId);
  if (to !== undefined) throw new WinnowError('NOT_FOUND', 'to: the model has had no threshold with this id.');
  throw new WinnowError(
    'CONFLICT',
    `There is no threshold to go back to: ${inForce.value} is the first one of the model.`,
  );
}

/**
 * The newest threshold of a model.
 * @throws WinnowError NOT_FOUND when there is no such model (every model has one from the start)
 */
export async function thresholdInForce(db: Db, modelId: number): Promise<Threshold> {
  const [threshold] = await thresholdHistory(db, modelId, 1);
  if (threshold === undefined) throw new WinnowError('NOT_FOUND', `There is no model with the id ${modelId}.`);
  return threshold;
}

/** The thresholds a model has had, the newest first; at most `first` (100). */
export async function thresholdHistory(db: Db, modelId: number, first = 100): Promise<Threshold[]> {
  return entityRows(db, Threshold, 'select * from winnow.thresholds where model_id = $1 order by id desc limit $2', [
    modelId,
    first,
  ]);
}

/** @throws WinnowError BAD_INPUT */
export function checkThreshold(value: number): void {
  if (value >= 0 && value <= 1) return; // false for NaN as well
  throw new WinnowError('BAD_INPUT', `threshold must be from 0 to 1, but is ${value}.`);
}
