import { rows, type Db } from '../db.js';
import type { Epoch } from '../entities/index.js';
import { RUN_CHANNEL } from './runs.js';

export type EpochRow = Omit<Epoch, 'run' | 'runId'>;

/** Records an epoch of a TRAIN run, and announces the run. Recorded again, it replaces what was there. */
export async function recordEpoch(db: Db, runId: number, epoch: EpochRow): Promise<void> {
  await rows(
    db,
    `with recorded as (
       insert into winnow.epochs (run_id, epoch, loss, validation_loss, validation_auc, validation_accuracy, seconds)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (run_id, epoch) do update set loss = excluded.loss, validation_loss = excluded.validation_loss,
         validation_auc = excluded.validation_auc, validation_accuracy = excluded.validation_accuracy, seconds = excluded.seconds
       returning run_id)
     select pg_notify('${RUN_CHANNEL}', run_id::text) from recorded`,
    [
      runId,
      epoch.epoch,
      epoch.loss,
      epoch.validationLoss,
      epoch.validationAuc,
      epoch.validationAccuracy,
      epoch.seconds,
    ],
  );
}

/** Forgets the epochs of a run that starts over. */
export async function clearEpochs(db: Db, runId: number): Promise<void> {
  await rows(db, 'delete from winnow.epochs where run_id = $1', [runId]);
}
