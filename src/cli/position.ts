import type { Run } from '../entities/index.js';
import { formatCount } from './format.js';
import type { Position } from './progress.js';

/** Where a run stands, in the terms of a progress bar. */
export function positionOf(run: Run, now = new Date()): Position {
  const { done, skipped, failed, total } = run;
  const seconds = run.startedAt === null ? 0 : ((run.finishedAt ?? now).getTime() - run.startedAt.getTime()) / 1000;
  return { done, skipped, failed, total, seconds: Math.max(0, seconds) };
}

/** Why items were skipped: they had been done before; or, of the epochs of a training, nothing better was to come. */
export function skippedText({ stage, skipped }: Run): string {
  return stage === 'TRAIN' ? 'stopped early' : `${formatCount(skipped)} there already`;
}
