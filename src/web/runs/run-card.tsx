import { useState } from 'preact/hooks';

import { ask } from '../api/client';
import { cancelRun, runs } from '../api/documents';
import { useLink } from '../state/address';
import { tellError } from '../state/notices';
import { refresh } from '../state/query';
import { count, counted, dateTime } from '../words';
import { Failures } from './failures';
import { failuresOf, isOver, useLiveRun } from './live';
import type { Run } from './live';
import { duration, rateText, spaced, STAGE_WORDS, STATE_WORDS } from './words';

/** One run: how far it is, and all that there is to know of it when it is opened. */
export function RunCard({ run: known }: { run: Run }) {
  const run = useLiveRun(known);
  const [open, setOpen] = useState(false);
  const { title } = STAGE_WORDS[run.stage];
  return (
    <li class={`run run-${run.state.toLowerCase()}`}>
      <div class="run-head">
        <h3>
          {title}
          {run.model && <ModelLink number={run.model.number} />}
        </h3>
        <span class="run-state">{run.cancelRequested && !isOver(run) ? 'stopping' : STATE_WORDS[run.state]}</span>
        <span class="run-pace quiet">{paceText(run)}</span>
        {!isOver(run) && !run.cancelRequested && <Cancel run={run} title={title} />}
      </div>
      {run.state === 'RUNNING' && (
        <progress class="bar" aria-label={`${title}: progress`} value={run.total === null ? undefined : run.progress} />
      )}
      {run.error && <p class="wrong">{run.error.message}</p>}
      <details class="more" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <time dateTime={run.createdAt}>{dateTime(run.createdAt)}</time>, by {run.requestedBy}
          {failuresOf(run) > 0 && <span class="wrong"> · {counted(failuresOf(run), 'failure')}</span>}
        </summary>
        {open && <RunDetails run={run} />}
      </details>
    </li>
  );
}

function ModelLink({ number }: { number: number }) {
  const link = useLink();
  const to = link('/models');
  return (
    <>
      {' '}
      <a href={`${to}${to.includes('?') ? '&' : '?'}model=${number}`}>v{number}</a>
    </>
  );
}

function Cancel({ run, title }: { run: Run; title: string }) {
  const cancel = (): void => {
    ask(cancelRun, { run: run.id })
      .then(() => refresh(runs))
      .catch(tellError);
  };
  return (
    <button type="button" class="button" aria-label={`Cancel ${title.toLowerCase()}`} onClick={cancel}>
      Cancel
    </button>
  );
}

/** 1,344 of 3,390 · 133/s · 15 s left */
function paceText(run: Run): string {
  if (run.state === 'QUEUED') return 'for the runs before it, or for a worker';
  const gone = run.done + run.skipped + run.failed;
  const parts = [run.total === null ? count(gone) : `${count(gone)} of ${count(run.total)}`];
  if (run.skipped > 0) parts.push(`${count(run.skipped)} skipped`);
  if (run.itemsPerSecond !== null && run.done > 0) parts.push(rateText(run.itemsPerSecond));
  if (!isOver(run)) {
    if (run.secondsLeft !== null) parts.push(`${duration(run.secondsLeft)} left`);
  } else if (run.startedAt !== null && run.finishedAt !== null) {
    parts.push(`in ${duration((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000)}`);
  }
  return parts.join(' · ');
}

function RunDetails({ run }: { run: Run }) {
  return (
    <div class="stack run-details">
      <Pairs title="Options" pairs={run.options} empty="Those that are usual." />
      {isOver(run) && <Pairs title="Outcome" pairs={run.outcome} empty="Nothing to tell." />}
      {failuresOf(run) > 0 && <Failures run={run} />}
    </div>
  );
}

function Pairs({ title, pairs, empty }: { title: string; pairs: Record<string, unknown>; empty: string }) {
  const shown = Object.entries(pairs).filter(([, value]) => textOf(value ?? '') !== '');
  return (
    <section>
      <h4>{title}</h4>
      {shown.length === 0 ? (
        <p class="quiet">{empty}</p>
      ) : (
        <dl class="pairs">
          {shown.map(([name, value]) => (
            <div key={name}>
              <dt>{spaced(name)}</dt>
              <dd>{textOf(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (value !== null && typeof value === 'object') {
    return Object.entries(value)
      .map(([name, part]) => [spaced(name), textOf(part ?? '')])
      .filter(([, text]) => text !== '')
      .map(([name, text]) => `${name} ${text}`)
      .join(', ');
  }
  return String(value);
}
