import { useEffect, useState } from 'preact/hooks';

import { ask } from '../api/client';
import { curve, followRun, models, oneRun, overview, runs } from '../api/documents';
import type { RunSummaryFragment } from '../api/documents';
import { subscribe } from '../api/subscribe';
import { refresh } from '../state/query';

export type Run = RunSummaryFragment;

/** Milliseconds without a word from the subscription after which the run is asked for. */
const SILENCE = 3_000;

export function isOver({ state }: Pick<Run, 'state'>): boolean {
  return state !== 'QUEUED' && state !== 'RUNNING';
}

/** Items that failed, and labels that could not be given, which are no items. */
export function failuresOf({ failed, outcome }: Pick<Run, 'failed' | 'outcome'>): number {
  return failed + Number(outcome.labelsFailed ?? 0);
}

/** A run as it is now: followed by subscription as long as it is not over, and asked for where none comes through. */
export function useLiveRun(run: Run): Run {
  const [heard, setHeard] = useState<Run | null>(null);
  const over = isOver(run);
  useEffect(() => {
    if (over) return;
    let last = performance.now();
    let ended = false;
    const hear = (now: Run | null): void => {
      if (now === null || ended) return;
      last = performance.now();
      setHeard(now);
      if (!isOver(now)) return;
      ended = true;
      void refresh(runs, overview, models, curve);
    };
    const stop = subscribe(followRun, { id: run.id }, { next: (data) => hear(data.runProgress) });
    const timer = setInterval(() => {
      if (!ended && performance.now() - last > SILENCE) {
        ask(oneRun, { id: run.id })
          .then((data) => hear(data.run))
          .catch(() => undefined); // asked again in a moment
      }
    }, SILENCE);
    return () => {
      ended = true;
      clearInterval(timer);
      stop();
    };
  }, [run.id, over]);
  return over || heard === null ? run : heard;
}
