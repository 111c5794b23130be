import type { Run } from '../entities/index.js';
import { widthOf } from './format.js';
import { positionOf } from './position.js';
import { harmless, wrap } from './terminal-text.js';

/** A run as --json shows it. */
export interface RunDescription {
  id: number;
  stage: Run['stage'];
  state: Run['state'];
  total: number | null;
  done: number;
  skipped: number;
  failed: number;
  /** From start to end; 0 until it has started. */
  seconds: number;
  itemsPerSecond: number | null;
  outcome: Record<string, unknown>;
  error: { code: string; message: string | null } | null;
  options: Record<string, unknown>;
  requestedBy: string;
  createdAt: Date;
  finishedAt: Date | null;
}

/** Writes a command's result to stdout: one JSON document with --json, else the lines that `text` makes. */
export function print(json: boolean | undefined, value: object, text: () => string[]): void {
  const output = json
    ? JSON.stringify(value)
    : text()
        .flatMap((lines) => lines.split('\n'))
        .flatMap((line) => wrap(harmless(line), widthOf()))
        .join('\n');
  if (output !== '') process.stdout.write(`${output}\n`);
}

export function describeRun(run: Run): RunDescription {
  const { id, stage, state, total, done, skipped, failed, outcome, options, requestedBy, createdAt, finishedAt } = run;
  const { seconds } = positionOf(run);
  return {
    id,
    stage,
    state,
    total,
    done,
    skipped,
    failed,
    seconds: Number(seconds.toFixed(3)),
    itemsPerSecond: seconds > 0 ? Number(((done + failed) / seconds).toFixed(2)) : null,
    outcome,
    error: run.errorCode === null ? null : { code: run.errorCode, message: run.errorMessage },
    options,
    requestedBy,
    createdAt,
    finishedAt,
  };
}
