import { signal } from '@preact/signals';

import { keyGroups } from '../state/keys';
import { Dialog } from './dialog';

export const keySheetOpen = signal(false);

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};

/** All keys that do something now. */
export function KeySheet() {
  if (!keySheetOpen.value) return null;
  return (
    <Dialog title="Keys" onClose={() => (keySheetOpen.value = false)}>
      <div class="key-sheet">
        {keyGroups.value.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(({ keys: names, does }) => (
                <div key={does}>
                  <dt>
                    {names.map((name) => (
                      <kbd key={name}>{NAMES[name] ?? name}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
