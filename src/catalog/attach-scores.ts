import type { EntityManager } from 'typeorm';

import { rows } from '../db.js';
import { lockCollectionOf } from './collections.js';
import { countBins } from './score-bins.js';
import { isPartition, scorePartition, scoreTableOf } from './score-table.js';

/** How long the swap may hold up readers who come after it, while it waits for those who came before. */
const LOCK_TIMEOUT = '5s';

/**
 * Makes the full table of a CLASSIFY run the scores of its model, in place of older ones. Readers see all of the old
 * scores and counts up to the commit and all of the new ones after it. Done already, it does nothing.
 *
 * Keys and index are built once over all rows, three times as fast as keeping them during COPY. The check constraint
 * spares ATTACH a scan, so that the lock on winnow.scores is held for a moment only. That lock also keeps out a reader that
 * has planned with the old partitions but would count with the new bins.
 */
export async function attachScores(
  tx: EntityManager,
  { runId, modelId }: { runId: number; modelId: number },
): Promise<{ scores: number }> {
  const table = scoreTableOf(runId);
  if ((await isPartition(tx, table)) === false) {
    await index(tx, table, modelId);
    await lockCollectionOf(tx, modelId);
    await countBins(tx, table, modelId);
    await swapIn(tx, table, modelId);
  }
  const [{ scores }] = await rows<{ scores: number }>(
    tx,
    'select coalesce(sum(images), 0)::integer as scores from winnow.score_bins where model_id = $1',
    [modelId],
  );
  return { scores };
}

async function index(tx: EntityManager, table: string, modelId: number): Promise<void> {
  const name = table.replace('winnow.', '');
  await rows(tx, `alter table ${table} add constraint ${name}_model check (model_id = ${modelId})`);
  await rows(tx, `alter table ${table} add constraint ${name}_pkey primary key (model_id, image_id)`);
  await rows(tx, `create index ${name}_by_score on ${table} (model_id, score, image_id)`);
  await rows(tx, `analyze ${table}`);
}

async function swapIn(tx: EntityManager, table: string, modelId: number): Promise<void> {
  await rows(tx, `set local lock_timeout = '${LOCK_TIMEOUT}'`);
  await rows(tx, 'lock table winnow.scores in access exclusive mode');
  const older = await scorePartition(tx, modelId);
  if (older !== null) await rows(tx, `drop table ${older}`);
  await rows(tx, `alter table winnow.scores attach partition ${table} for values in (${modelId})`);
  await rows(tx, 'set local lock_timeout = default');
}
