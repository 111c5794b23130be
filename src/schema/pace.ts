import type { Run } from '../entities/index.js';

export interface Pace {
  /** 0..1 */
  readonly progress: number;
  /** Items a second. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
}

type Counted = Pick<Run, 'state' | 'total' | 'done' | 'skipped' | 'failed' | 'startedAt' | 'finishedAt'>;

/** How far a run is, how fast it goes on the average and how long it will take. */
export function paceOf(run: Counted, now = Date.now()): Pace {
  const over = run.finishedAt !== null;
  const gone = run.done + run.skipped + run.failed;
  const progress = share(run, gone);
  const seconds = run.startedAt === null ? 0 : ((run.finishedAt?.getTime() ?? now) - run.startedAt.getTime()) / 1000;
  // The database's clock and this one may differ by a little: no time passed means no rate yet.
  const rate = gone > 0 && seconds > 0 ? gone / seconds : null;
  if (over) return { progress, rate, secondsLeft: 0 };
  return {
    progress,
    rate,
    secondsLeft: rate === null || run.total === null ? null : Math.max(0, run.total - gone) / rate,
  };
}

function share(run: Counted, gone: number): number {
  if (run.state === 'SUCCEEDED') return 1;
  return run.total === null || run.total === 0 ? 0 : Math.min(1, gone / run.total);
}
