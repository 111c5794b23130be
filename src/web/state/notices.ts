import { signal } from '@preact/signals';

/** A word on what has just happened, gone after a while; with something to do about it where there is. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly kind: 'DONE' | 'WRONG';
  readonly action?: { readonly text: string; readonly run: () => void };
}

const SECONDS = { DONE: 6, WRONG: 15 } as const;
let last = 0;

export const notices = signal<readonly Notice[]>([]);

/** A new word replaces the one of its kind. */
export function tell(text: string, kind: Notice['kind'] = 'DONE', action?: Notice['action']): void {
  const notice = { id: (last += 1), text, kind, action };
  notices.value = [...notices.peek().filter((one) => one.kind !== kind), notice];
  setTimeout(() => dismiss(notice.id), SECONDS[kind] * 1000);
}

export function dismiss(id: number): void {
  notices.value = notices.peek().filter((one) => one.id !== id);
}

/** For what a promise may fail with and nobody else tells. */
export function tellError(error: unknown): void {
  tell(error instanceof Error ? error.message : String(error), 'WRONG');
}
