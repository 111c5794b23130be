import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** A key or several for the same thing, as KeyboardEvent.key has them, and what it does in a few words. */
export interface Key {
  readonly keys: readonly string[];
  readonly does: string;
  /** Left out where the focused element itself handles the key, and the sheet only tells of it. */
  readonly run?: (event: KeyboardEvent) => void;
}

export interface KeyGroup {
  readonly title: string;
  readonly keys: readonly Key[];
}

/** What the `?` sheet shows: the groups of all that is on screen. */
export const keyGroups = signal<readonly KeyGroup[]>([]);

/** Keys that work while the component is there, except while somebody types or a dialog is open. */
export function useKeys(title: string, keys: readonly Key[]): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const group: KeyGroup = { title, keys: latest.current };
    keyGroups.value = [...keyGroups.peek(), group];
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
      const key = latest.current.find((one) => one.keys.includes(event.key));
      if (key?.run === undefined) return;
      event.preventDefault();
      key.run(event);
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      keyGroups.value = keyGroups.peek().filter((one) => one !== group);
    };
  }, [title]);
}

function isBusy({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('textarea, select, input:not([type=checkbox], [type=radio])')) return true;
  // Enter and space belong to what is focused.
  return (key === ' ' || key === 'Enter') && target.matches('button, a, summary, [role=slider], input');
}
