import { rows, type Db } from '../db.js';
import { failureColumns, type FailureRow } from './batches.js';

/** How often a run failed with a code. */
export interface FailureGroup {
  runId: number;
  code: string;
  count: number;
}

/** So many of the failures of a run with a code. */
export interface ExamplesAsked {
  readonly runId: number;
  readonly code: string;
  readonly first: number;
}

/** The failures of runs by code, the most frequent first. One statement, which reads every failure of the runs. */
export async function failureGroupsOf(db: Db, runIds: readonly number[]): Promise<FailureGroup[][]> {
  const found = await rows<FailureGroup>(
    db,
    /* sql */ `
      select run_id as "runId", code, count(*)::integer as count
      from winnow.failures where run_id = any($1::integer[]) group by run_id, code order by count desc, code`,
    [runIds],
    'failure-groups-of',
  );
  return runIds.map((id) => found.filter(({ runId }) => runId === id));
}

/** How many failures runs have. */
export async function failureCountsOf(db: Db, runIds: readonly number[]): Promise<number[]> {
  const found = await rows<{ runId: number; count: number }>(
    db,
    /* sql */ `
      select run_id as "runId", count(*)::integer as count
      from winnow.failures where run_id = any($1::integer[]) group by run_id`,
    [runIds],
    'failure-counts-of',
  );
  const counts = new Map(found.map(({ runId, count }) => [runId, count]));
  return runIds.map((id) => counts.get(id) ?? 0);
}

/** The oldest failures of runs with a code each. */
export async function failureExamplesOf(db: Db, asked: readonly ExamplesAsked[]): Promise<FailureRow[][]> {
  const found = await rows<FailureRow & { at: string }>(
    db,
    /* sql */ `
      select found.*, asked.at
      from unnest($1::integer[], $2::text[], $3::integer[]) with ordinality as asked (run_id, code, first, at)
      cross join lateral (
        ${failureColumns('f')} from winnow.failures f
        where f.run_id = asked.run_id and f.code = asked.code order by f.id limit asked.first) found
      order by asked.at, found.id`,
    [asked.map(({ runId }) => runId), asked.map(({ code }) => code), asked.map(({ first }) => first)],
    'failure-examples-of',
  );
  const lists: FailureRow[][] = asked.map(() => []);
  for (const row of found) lists[Number(row.at) - 1].push(row);
  return lists;
}
