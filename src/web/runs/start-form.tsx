import { useState } from 'preact/hooks';

import { backbones as backbonesQuery } from '../api/documents';
import type { Stage } from '../api/documents';
import { useAddress } from '../state/address';
import type { Current } from '../state/catalog';
import { tell } from '../state/notices';
import { useQuery } from '../state/query';
import { Fields, readForm } from './fields';
import { fieldsOf, obstacle } from './options';
import { start } from './start';
import { STAGE_WORDS } from './words';

type Kind = Stage | 'ALL';

const KINDS: readonly Kind[] = ['ALL', 'INGEST', 'RESIZE', 'EMBED', 'TRAIN', 'CLASSIFY', 'EXPORT'];
const ALL = {
  title: 'Screen it all',
  does: 'From pictures to scores in one go: ingest, resize, features, and train and classify where there are labels. Each waits for the one before.',
};

/** Starts a run: which one, with what. */
export function StartForm({ current }: { current: Current }) {
  const { query, set } = useAddress();
  const kind = KINDS.find((one) => one === query.start) ?? 'ALL';
  return (
    <section class="card" aria-labelledby="start-title">
      <h2 id="start-title">Start</h2>
      <div class="segmented segmented-wrap" role="group" aria-label="What to start">
        {KINDS.map((one) => (
          <button key={one} type="button" aria-pressed={kind === one} onClick={() => set({ start: one })}>
            {wordsOf(one).title}
          </button>
        ))}
      </div>
      <p class="quiet">{wordsOf(kind).does}</p>
      <KindForm key={kind} kind={kind} current={current} />
    </section>
  );
}

function wordsOf(kind: Kind) {
  return kind === 'ALL' ? ALL : STAGE_WORDS[kind];
}

/** The form of one kind of run; `submit` is what its button says. */
export function KindForm({ kind, current, submit }: { kind: Kind; current: Current; submit?: string }) {
  const { collection, models } = current;
  const { set } = useAddress();
  const { data } = useQuery(backbonesQuery, kind === 'EMBED' || kind === 'TRAIN' ? {} : null);
  const [problem, setProblem] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const fields = fieldsOf(kind, { backbones: data?.backbones ?? [], models: models ?? [] });
  const blocked = obstacle(kind, collection);
  const title = wordsOf(kind).title;

  const onSubmit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setStarting(true);
    setProblem(null);
    try {
      const [first, ...rest] = await start(kind, readForm(form, fields), collection);
      const { name } = first.collection;
      set({ collection: name === collection?.name ? null : name, model: null }, { step: name !== collection?.name });
      tell(
        `${STAGE_WORDS[first.stage].title} of ${name} was started${rest.length > 0 ? `, and ${rest.length} more wait for it` : ''}.`,
      );
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setStarting(false);
  };
  return (
    <form class="stack" onSubmit={(event) => void onSubmit(event)}>
      <Fields fields={fields} values={{ collectionName: collection?.name ?? 'default' }} />
      {(problem ?? blocked) && (
        <p class="wrong" role={problem ? 'alert' : undefined}>
          {problem ?? blocked}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="button button-main" disabled={starting || blocked !== null}>
          {submit ?? (kind === 'ALL' ? title : `Start ${title.toLowerCase()}`)}
        </button>
      </div>
    </form>
  );
}
