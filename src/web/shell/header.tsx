import { useAddress, useLink } from '../state/address';
import type { Current } from '../state/catalog';
import { count } from '../words';
import { VIEWS } from '../views';
import { Icon } from './icons';
import { keySheetOpen } from './key-sheet';
import { nextTheme, theme } from './theme';

/** Where one is and where one can go. */
export function Header({ current }: { current: Current }) {
  const { path } = useAddress();
  const link = useLink();
  return (
    <header class="header">
      <a class="wordmark" href={link('/')} aria-label="Winnow">
        Winnow
      </a>
      <nav class="nav" aria-label="Views">
        {VIEWS.map(({ path: to, title }) => (
          <a key={to} href={link(to)} aria-current={isAt(path, to) ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <CurrentChoice current={current} />
      <div class="header-tools">
        <button
          type="button"
          class="icon-button"
          aria-label={`Theme: ${theme.value}`}
          title={`Theme: ${theme.value}`}
          onClick={nextTheme}
        >
          <Icon name={theme.value} />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Keys"
          title="Keys (?)"
          onClick={() => (keySheetOpen.value = true)}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}

function CurrentChoice({ current: { collections, collection, models, model } }: { current: Current }) {
  const { set, go, path } = useAddress();
  if (collections.length === 0) return <div class="choice" />;
  const known = models ?? (model === null ? [] : [model]);
  return (
    <div class="choice">
      <select
        class="select"
        aria-label="Collection"
        value={collection?.name ?? ''}
        onChange={({ currentTarget }) => go(path, { collection: currentTarget.value, model: null })}
      >
        {collection === null && <option value="">choose a collection</option>}
        {collections.map(({ id, name, imageCount }) => (
          <option key={id} value={name}>
            {name} ({count(imageCount)})
          </option>
        ))}
      </select>
      {known.length > 0 && (
        <select
          class="select"
          aria-label="Model"
          value={model === null ? '' : String(model.number)}
          onChange={({ currentTarget }) => set({ model: currentTarget.value, t: null }, { step: true })}
        >
          {model === null && <option value="">choose a model</option>}
          {known.map(({ id, number }, at) => (
            <option key={id} value={String(number)}>
              v{number}
              {at === 0 ? ', newest' : ''}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function isAt(path: string, view: string): boolean {
  return view === '/' ? path === '/' : path === view || path.startsWith(`${view}/`);
}
