import { listFailures } from '../../catalog/failures.js';
import { findRun, listRuns } from '../../catalog/runs.js';
import type { Run } from '../../entities/index.js';
import { positionOf } from '../position.js';
import { collectionToList, nothingLines } from '../collection.js';
import { constant } from '../flags.js';
import type { CommonFlags } from '../flags.js';
import { formatCount, formatRate, formatSeconds, formatTime, tableLines, words } from '../format.js';
import { describeRun, print } from '../output.js';
import { withDatabase } from '../session.js';

export interface RunsFlags extends CommonFlags {
  stage?: string;
  state?: string;
  first: number;
}

export interface FailuresFlags extends CommonFlags {
  first: number;
}

/** `winnow runs list`: the newest first. */
export function showRuns(flags: RunsFlags): Promise<void> {
  return withDatabase(async (db) => {
    const listed = await collectionToList(db, flags.collection);
    const stage = flags.stage === undefined ? undefined : (constant(flags.stage) as Run['stage']);
    const state = flags.state === undefined ? undefined : (constant(flags.state) as Run['state']);
    const { id } = listed.collection ?? {};
    const runs = id === undefined ? [] : await listRuns(db, { collectionId: id, stage, state, first: flags.first });
    const which = [state, stage].flatMap((name) => name?.toLowerCase() ?? []).map((name) => `${name} `);
    print(flags.json, { runs: runs.map((run) => describeRun(run)) }, () =>
      runs.length === 0
        ? nothingLines(`${which.join('')}runs`, listed)
        : tableLines(
            ['run', 'stage', 'state', 'total', 'done', 'there', 'failed', 'rate', 'took'],
            runs.map(runCells),
            [1, 2],
          ),
    );
  });
}

/** `winnow runs show <id>` */
export function showRun(id: number, flags: CommonFlags): Promise<void> {
  return withDatabase(async (db) => {
    const run = await findRun(db, id);
    const described = describeRun(run);
    print(flags.json, { run: described }, () => factLines(described));
  });
}

/** `winnow runs cancel <id>`: asks; the worker stops between two batches. */
export function cancelRun(id: number, flags: CommonFlags): Promise<void> {
  return withDatabase(async (db) => {
    const { cancelRun: ask } = await import('../../runs/request.js'); // knows every stage, so it takes a while to load
    const run = await ask(db, id);
    const text = run.finishedAt === null ? 'is asked to stop' : `is ${run.state.toLowerCase()}`;
    print(flags.json, { run: describeRun(run) }, () => [`Run ${run.id} (${run.stage}) ${text}.`]);
  });
}

/** `winnow runs failures <id>` */
export function showFailures(id: number, flags: FailuresFlags): Promise<void> {
  return withDatabase(async (db) => {
    const run = await findRun(db, id);
    const failures = await listFailures(db, run.id, { first: flags.first });
    const listed = failures.map(({ stage, imageId, uri, attempt, code, message }) => ({
      stage,
      imageId,
      uri,
      attempt,
      code,
      message,
    }));
    const table = tableLines(
      ['code', 'attempt', 'file', 'message'],
      listed.map((row) => [row.code, String(row.attempt), row.uri ?? `image ${row.imageId}`, row.message]),
      [0, 2, 3],
    );
    print(flags.json, { run: run.id, failed: run.failed, failures: listed }, () => [
      ...(listed.length === 0 ? [] : [...table, '']),
      `${formatCount(listed.length)} failures of run ${run.id} (${run.stage}).`,
    ]);
  });
}

function runCells(run: Run): string[] {
  const { seconds } = positionOf(run);
  const items = run.done + run.failed;
  return [
    String(run.id),
    run.stage,
    run.errorCode === null ? run.state : `${run.state} ${run.errorCode}`,
    run.total === null ? '-' : formatCount(run.total),
    formatCount(run.done),
    formatCount(run.skipped),
    formatCount(run.failed),
    items > 0 && seconds > 0 ? formatRate(items / seconds) : '-',
    run.startedAt === null ? '-' : formatSeconds(seconds),
  ];
}

/** A name and a value a line; what has names of its own comes indented below. What is not there is left out. */
function factLines(facts: object, indent = ''): string[] {
  const there = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined) as [
    string,
    unknown,
  ][];
  const width = Math.max(0, ...there.map(([name]) => words(name).length));
  return there.flatMap(([name, value]) => {
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Date) {
      return [`${indent}${words(name).padEnd(width)}  ${plain(value)}`];
    }
    const below = factLines(value as object, `${indent}  `);
    return below.length === 0 ? [] : [`${indent}${words(name)}`, ...below];
  });
}

function plain(value: unknown): string {
  if (value instanceof Date) return formatTime(value);
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plain).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
