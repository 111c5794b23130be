import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';
import { lockCollectionOf } from './collections.js';

/** The table that a CLASSIFY run fills, with its schema. */
export function scoreTableOf(runId: number): string {
  if (!Number.isInteger(runId) || runId < 1) throw new TypeError(`expected the id of a run, got ${runId}`);
  return `winnow.scores_r${runId}`;
}

/** Makes the bare table of a CLASSIFY run, to be filled with `copyScores`; keeps it when it is there. Gives its name. */
export async function createScoreTable(db: Db, runId: number): Promise<string> {
  const table = scoreTableOf(runId);
  // With the checks of winnow.scores, which ATTACH asks for; without keys and indexes, which come when it is full.
  await rows(db, `create table if not exists ${table} (like winnow.scores including constraints)`);
  return table;
}

/** Drops the table of a CLASSIFY run that will not be finished. One that is attached to a model stays. */
export async function discardScoreTable(tx: EntityManager, runId: number): Promise<void> {
  const table = scoreTableOf(runId);
  if ((await isPartition(tx, table)) === false) await rows(tx, `drop table ${table}`);
}

/** The partition with a model's scores, with its schema; null while it has none. */
export async function scorePartition(db: Db, modelId: number): Promise<string | null> {
  const [found] = await rows<{ name: string }>(
    db,
    `select format('%I.%I', c.relnamespace::regnamespace, c.relname) as name
       from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'winnow.scores'::regclass and pg_get_expr(c.relpartbound, c.oid) = format('FOR VALUES IN (%s)', $1::integer)`,
    [modelId],
  );
  return found?.name ?? null;
}

/** Removes all scores of a model. */
export async function dropScores(tx: EntityManager, modelId: number): Promise<void> {
  await lockCollectionOf(tx, modelId);
  const partition = await scorePartition(tx, modelId);
  if (partition !== null) await rows(tx, `drop table ${partition}`);
  await rows(tx, 'delete from winnow.score_bins where model_id = $1', [modelId]);
}

/** Whether a table is attached to winnow.scores; null when there is no such table. */
export async function isPartition(db: Db, table: string): Promise<boolean | null> {
  const [found] = await rows<{ relispartition: boolean }>(
    db,
    'select relispartition from pg_class where oid = to_regclass($1)',
    [table],
  );
  return found?.relispartition ?? null;
}
