import { randomUUID } from 'node:crypto';

import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';

/** How many items of a chunk or a run came to which end. `total` is only moved by stages that learn it on the way. */
export interface Counts {
  done: number;
  skipped: number;
  failed: number;
  total: number;
}

/** A chunk in the hands of one executor. `counted` is what its run's progress holds of it already. */
export interface HeldChunk<Span = Record<string, unknown>> {
  readonly runId: number;
  readonly number: number;
  readonly claim: string;
  span: Span;
  counted: Counts;
  /** Seconds and sums that the stage measured in this chunk. */
  measured: Record<string, number>;
}

export const NOTHING: Readonly<Counts> = Object.freeze({ done: 0, skipped: 0, failed: 0, total: 0 });

/** Thrown when somebody else has the chunk now, or the run is over: whatever was about to be written must not be. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/**
 * Takes a chunk, from whoever had it: a job is only handed out again when its worker is believed dead, and if that
 * worker lives on after all, its next `countProgress` fails. Null when there is nothing (more) to do in this chunk.
 */
export async function claimChunk(db: Db, runId: number, number: number): Promise<HeldChunk | null> {
  const claim = randomUUID();
  const [row] = await rows<{ span: Record<string, unknown> }>(
    db,
    /* sql */ `
      update winnow.run_chunks c
      set span = c.span || jsonb_build_object('held', coalesce(c.span -> 'held', '{}') || jsonb_build_object('claim', $3::text))
      from winnow.runs r
      where c.run_id = $1 and c.number = $2 and c.finished_at is null and r.id = c.run_id and r.state = 'RUNNING'
      returning c.span`,
    [runId, number, claim],
  );
  if (row === undefined) return null;
  const { held, ...span } = row.span as { held: Partial<Pick<HeldChunk, 'counted' | 'measured'>> };
  return { runId, number, claim, span, counted: held.counted ?? { ...NOTHING }, measured: held.measured ?? {} };
}

/**
 * Makes `counted` this chunk's part of its run's progress, in the transaction that writes what was done, and tells
 * listeners. Together with the claim this is what counts every item exactly once, whoever is killed when.
 * @throws Superseded when the chunk is not the caller's any more.
 */
export async function countProgress(
  tx: EntityManager,
  chunk: HeldChunk<object>,
  counted: Counts,
  finished = false,
): Promise<{ cancelRequested: boolean }> {
  const { runId, number, claim, span, measured, counted: before } = chunk;
  const held = { claim, counted, measured };
  // The run's row is locked first, by every chunk alike: of two chunks that finish together, the second sees the first.
  const [run] = await rows<{ cancelRequested: boolean }>(
    tx,
    /* sql */ `
      with run as (
        update winnow.runs set done = done + $2, skipped = skipped + $3, failed = failed + $4,
          total = case when $5 = 0 and not $6 then total else coalesce(total, 0) + $5 end
        where id = $1 and state = 'RUNNING'
        returning id, cancel_requested_at is not null as "cancelRequested"
      )
      select "cancelRequested", pg_notify('winnow_run', id::text) from run`,
    [
      runId,
      counted.done - before.done,
      counted.skipped - before.skipped,
      counted.failed - before.failed,
      counted.total - before.total,
      finished,
    ],
    'count-progress',
  );
  if (run === undefined) throw new Superseded(`run ${runId} is over`);
  const [own] = await rows(
    tx,
    /* sql */ `
      update winnow.run_chunks set span = $4::jsonb, finished_at = case when $5 then now() end
      where run_id = $1 and number = $2 and finished_at is null and span -> 'held' ->> 'claim' = $3
      returning number`,
    [runId, number, claim, JSON.stringify({ ...span, held }), finished],
    'hold-chunk',
  );
  if (own === undefined) throw new Superseded(`chunk ${number} of run ${runId} has another executor`);
  return { cancelRequested: run.cancelRequested };
}

/** Chunks of a run that are not finished. In the transaction that finishes one, it counts right (see `countProgress`). */
export async function unfinishedChunks(tx: EntityManager, runId: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    tx,
    'select count(*)::int as count from winnow.run_chunks where run_id = $1 and finished_at is null',
    [runId],
  );
  return row.count;
}

/** True when there is such a chunk and it is not finished. */
export async function isUnfinished(tx: EntityManager, runId: number, number: number): Promise<boolean> {
  const found = await rows(
    tx,
    'select number from winnow.run_chunks where run_id = $1 and number = $2 and finished_at is null',
    [runId, number],
  );
  return found.length > 0;
}

/** What the chunks of a run measured, summed by name. */
export async function measuredInRun(db: Db, runId: number): Promise<Record<string, number>> {
  const found = await rows<{ name: string; sum: number }>(
    db,
    /* sql */ `
      select m.key as name, sum(m.value::text::double precision) as sum
      from winnow.run_chunks c, jsonb_each(c.span -> 'held' -> 'measured') m
      where c.run_id = $1 group by m.key order by m.key`,
    [runId],
  );
  return Object.fromEntries(found.map(({ name, sum }) => [name, Number(sum.toFixed(3))]));
}
