import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';
import { Run, type RunState, type StageName } from '../entities/index.js';
import { WinnowError, type RequestCode } from '../errors.js';
import { entityRows } from './entity-rows.js';

/** Listeners get the ids of runs that changed; they read the row themselves. */
export const RUN_CHANNEL = 'winnow_run';

export interface RunRequest {
  collectionId: number;
  stage: StageName;
  options: Record<string, unknown>;
  requestedBy: string;
}

export interface RunFilter {
  collectionId?: number;
  stage?: StageName;
  state?: RunState;
  /** Most runs to give; 50 when left out. */
  first?: number;
  /** Only runs older than this one. */
  beforeId?: number;
}

/** A new run, QUEUED. Whether it may start is for `nextQueuedRun` to say. */
export async function createRun(tx: EntityManager, request: RunRequest): Promise<Run> {
  const { collectionId, stage, options, requestedBy } = request;
  const [run] = await changedRuns(
    tx,
    `insert into winnow.runs (collection_id, stage, options, requested_by) values ($1, $2, $3::jsonb, $4)`,
    [collectionId, stage, JSON.stringify(options), requestedBy],
  );
  return run;
}

/**
 * QUEUED becomes RUNNING; a run that is RUNNING already keeps its start. False when it has ended.
 * @param total items to go through, or null when only the work will show
 */
export async function startRun(tx: EntityManager, id: number, total: number | null): Promise<boolean> {
  const changed = await changedRuns(
    tx,
    `update winnow.runs set state = 'RUNNING', started_at = coalesce(started_at, now()), total = $2
      where id = $1 and finished_at is null`,
    [id, total],
  );
  return changed.length > 0;
}

/** Ends a run, adding to its outcome. False when it had ended before: then nothing changes. */
export async function finishRun(
  tx: EntityManager,
  id: number,
  state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED',
  end: { outcome?: Record<string, unknown>; error?: { code: RequestCode; message: string } },
): Promise<boolean> {
  const changed = await changedRuns(
    tx,
    `update winnow.runs set state = $2, finished_at = now(), outcome = outcome || $3::jsonb, error_code = $4, error_message = $5
      where id = $1 and finished_at is null`,
    [id, state, JSON.stringify(end.outcome ?? {}), end.error?.code ?? null, end.error?.message ?? null],
  );
  return changed.length > 0;
}

/**
 * Asks a run to stop. One that nobody has started is CANCELLED at once; one that has ended stays as it is.
 * @throws WinnowError NOT_FOUND
 */
export async function requestCancel(tx: EntityManager, id: number): Promise<Run> {
  const [changed] = await changedRuns(
    tx,
    `update winnow.runs set cancel_requested_at = coalesce(cancel_requested_at, now()),
            state = case state when 'QUEUED' then 'CANCELLED' else state end,
            finished_at = case state when 'QUEUED' then now() end
      where id = $1 and finished_at is null`,
    [id],
  );
  return changed ?? findRun(tx, id);
}

/** @throws WinnowError NOT_FOUND */
export async function findRun(db: Db, id: number): Promise<Run> {
  const run = await db.getRepository(Run).findOneBy({ id });
  if (run === null) throw new WinnowError('NOT_FOUND', `There is no run ${id}.`);
  return run;
}

/** The run of the same collection that has to end first, the oldest of them; null when nothing stands before this one. */
export async function runBefore(db: Db, { id, collectionId }: Run): Promise<Run | null> {
  const [run] = await entityRows(
    db,
    Run,
    'select * from winnow.runs where collection_id = $1 and id < $2 and finished_at is null order by id limit 1',
    [collectionId, id],
  );
  return run ?? null;
}

/** The newest first. */
export async function listRuns(db: Db, filter: RunFilter = {}): Promise<Run[]> {
  const { collectionId, stage, state, first = 50, beforeId } = filter;
  return entityRows(
    db,
    Run,
    `select * from winnow.runs
      where ($1::integer is null or collection_id = $1) and ($2::text is null or stage = $2)
        and ($3::text is null or state = $3) and ($4::integer is null or id < $4)
      order by id desc limit $5`,
    [collectionId ?? null, stage ?? null, state ?? null, beforeId ?? null, first],
  );
}

/**
 * The run of the collection that may start now: the oldest QUEUED one, when none is RUNNING. The same run is given until
 * it has started, so enqueue it under a key.
 *
 * Takes the collection's lock, so that one transaction that ends a run and another that asks for the next see each other.
 */
export async function nextQueuedRun(tx: EntityManager, collectionId: number): Promise<Run | null> {
  await lockCollection(tx, collectionId);
  const [run] = await entityRows(
    tx,
    Run,
    `select * from winnow.runs where collection_id = $1 and finished_at is null order by id limit 1`,
    [collectionId],
  );
  return run?.state === 'QUEUED' ? run : null;
}

/** Held to the end of the transaction by whoever asks for, starts or ends a run of this collection. */
export async function lockCollection(tx: EntityManager, collectionId: number): Promise<void> {
  await rows(tx, `select pg_advisory_xact_lock(hashtext('winnow.collection'), $1)`, [collectionId]);
}

/**
 * Adds the pieces of a run, numbered from 1 or on from those there are.
 * @param spans what each piece covers, as JSON
 * @returns the numbers of the pieces added
 */
export async function addChunks(tx: EntityManager, runId: number, spans: readonly object[]): Promise<number[]> {
  const added = await rows<{ number: number }>(
    tx,
    `insert into winnow.run_chunks (run_id, number, span)
     select $1::integer, number + (select coalesce(max(number), 0) from winnow.run_chunks where run_id = $1), span
       from jsonb_array_elements($2::jsonb) with ordinality as c (span, number)
     returning number`,
    [runId, JSON.stringify(spans)],
  );
  return added.map((row) => row.number);
}

/** Runs a statement on winnow.runs and announces every row it changed, when the transaction commits. */
function changedRuns(tx: EntityManager, statement: string, values: unknown[]): Promise<Run[]> {
  return entityRows(
    tx,
    Run,
    `with changed as (${statement} returning *)
     select changed.*, pg_notify('${RUN_CHANNEL}', changed.id::text) from changed`,
    values,
  );
}
