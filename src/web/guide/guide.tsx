import type { ComponentChildren } from 'preact';

import { runs as runsQuery } from '../api/documents';
import { isOver } from '../runs/live';
import { RunCard } from '../runs/run-card';
import { KindForm } from '../runs/start-form';
import { start } from '../runs/start';
import { useLink } from '../state/address';
import type { Collection, Current } from '../state/catalog';
import { tellError } from '../state/notices';
import { useQuery } from '../state/query';
import { count, counted } from '../words';
import '../styles/page.css';
import '../styles/runs.css';
import '../styles/guide.css';

/** Labels of each kind that make a first training worth it. */
const ENOUGH = 20;

/** From nothing to the first scores, one step after the other. */
export function Guide({ current }: { current: Current }) {
  const { collection } = current;
  const { data } = useQuery(runsQuery, collection === null ? null : { collection: collection.id, first: 12 });
  const active = (data?.runs.edges ?? [])
    .map(({ node }) => node)
    .filter((run) => !isOver(run))
    .reverse();
  const at = stepOf(collection);
  return (
    <div class="page page-narrow">
      <header>
        <h1>Four steps to the first scores</h1>
        <p class="quiet">Label a few pictures by hand; a filter learns from them and scores all the others.</p>
      </header>
      <ol class="guide">
        <Step number={1} at={at} title="Add a folder" done={collection && counted(collection.imageCount, 'picture')}>
          <p>Pictures stay where they are. They are read, checked, and made ready for the network.</p>
          <KindForm kind="ALL" current={current} submit="Add pictures" />
        </Step>
        <Step number={2} at={at} title="Label" done={collection && labelsText(collection)}>
          <LabelStep collection={collection} />
        </Step>
        <Step number={3} at={at} title="Train" done={null}>
          <TrainStep
            collection={collection}
            busy={active.some(({ stage }) => stage === 'TRAIN' || stage === 'CLASSIFY')}
          />
        </Step>
        <Step number={4} at={at} title="Look" done={null}>
          <p class="quiet">
            The scores appear here as a histogram, with the pictures on both sides of a threshold that you move.
          </p>
        </Step>
      </ol>
      {active.length > 0 && (
        <section class="card" aria-labelledby="guide-runs">
          <h2 id="guide-runs">Now</h2>
          <ol class="run-list">
            {active.map((run) => (
              <RunCard key={run.id} run={run} />
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

/** Which step is the next one. */
function stepOf(collection: Collection | null): number {
  if (collection === null || collection.imageCount === 0) return 1;
  const { positive, negative } = collection.labelCounts;
  return positive < ENOUGH || negative < ENOUGH ? 2 : 3;
}

function labelsText({ labelCounts: { positive, negative } }: Collection): string {
  return `${count(positive)} positive, ${count(negative)} negative`;
}

function Step({
  number,
  at,
  title,
  done,
  children,
}: {
  number: number;
  at: number;
  title: string;
  done: string | null;
  children: ComponentChildren;
}) {
  const state = number < at ? 'done' : number === at ? 'now' : 'later';
  return (
    <li class={`card guide-step guide-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <h2>
        <span class="guide-number" aria-hidden="true">
          {state === 'done' ? '✓' : number}
        </span>
        {title}
        {state !== 'later' && done && <span class="quiet guide-done">{done}</span>}
      </h2>
      {state === 'now' || (number === 3 && at === 2) || number === 4 ? children : null}
    </li>
  );
}

function LabelStep({ collection }: { collection: Collection | null }) {
  const link = useLink();
  if (collection === null) return null;
  const { positive, negative } = collection.labelCounts;
  const missing = [
    positive < ENOUGH && `${ENOUGH - positive} more positive`,
    negative < ENOUGH && `${ENOUGH - negative} more negative`,
  ].filter(Boolean);
  return (
    <>
      <p>
        {collection.question ?? 'Say of pictures whether they are wanted.'} One key a picture. {missing.join(' and ')}{' '}
        make a good start; a few hundred make a good filter.
      </p>
      <p class="actions">
        <a class="button button-main" href={link('/label')}>
          Label
        </a>
      </p>
    </>
  );
}

function TrainStep({ collection, busy }: { collection: Collection | null; busy: boolean }) {
  if (collection === null) return null;
  const { positive, negative } = collection.labelCounts;
  const possible = positive > 0 && negative > 0;
  const train = (): void => {
    start('ALL', { collectionName: collection.name }, collection).catch(tellError);
  };
  return (
    <>
      <p class={possible ? '' : 'quiet'}>
        {possible
          ? 'Trains on the labels and scores every picture. It takes seconds where the pictures are ready.'
          : 'It needs labels of both kinds.'}
      </p>
      <p class="actions">
        <button type="button" class="button button-main" disabled={!possible || busy} onClick={train}>
          Train and score everything
        </button>
      </p>
    </>
  );
}
