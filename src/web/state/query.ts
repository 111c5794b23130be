import { signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { isAbort } from '../api/abort';
import { ApiError, ask } from '../api/client';
import type { Operation } from '../api/operation';

/** An answer as it comes and comes again: `data` stays while it is asked anew. */
export interface Answer<Data> {
  readonly data: Data | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
}

interface Entry {
  readonly answer: Signal<Answer<unknown>>;
  readonly operation: string;
  load(): Promise<void>;
  users: number;
}

const entries = new Map<string, Entry>();
/** Answers that nobody looks at any more, kept for the way back. */
const KEPT = 30;
const IDLE: Answer<never> = { data: null, error: null, loading: false };

/**
 * The answer to a question, shared by all who ask the same one: shown at once where it is known, and asked anew.
 * Null variables ask nothing yet.
 */
export function useQuery<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables | null,
): Answer<Data> & { reload: () => Promise<void> } {
  const key = variables === null ? null : operation + JSON.stringify(variables);
  const entry = key === null ? null : entryOf(key, operation, variables as Variables);
  useEffect(() => {
    if (entry === null) return;
    entry.users += 1;
    void entry.load();
    return () => {
      entry.users -= 1;
    };
  }, [entry]);
  const answer = (entry?.answer as ReadonlySignal<Answer<Data>> | undefined)?.value ?? IDLE;
  const unasked = entry !== null && answer === IDLE;
  return { ...answer, loading: answer.loading || unasked, reload: () => entry?.load() ?? Promise.resolve() };
}

/** Asks again what is on screen: everything, or the answers to these operations. Forgets what is not on screen. */
export async function refresh(...operations: string[]): Promise<void> {
  const meant = [...entries].filter(([, { operation }]) => operations.length === 0 || operations.includes(operation));
  for (const [key, { users }] of meant) if (users === 0) entries.delete(key);
  await Promise.all(meant.filter(([, { users }]) => users > 0).map(([, entry]) => entry.load()));
}

function entryOf<Data, Variables>(key: string, operation: Operation<Data, Variables>, variables: Variables): Entry {
  const known = entries.get(key);
  if (known !== undefined) return known;
  const answer = signal<Answer<unknown>>(IDLE);
  let asking: AbortController | null = null;
  const load = async (): Promise<void> => {
    asking?.abort();
    const mine = (asking = new AbortController());
    answer.value = { ...answer.peek(), loading: true };
    try {
      answer.value = { data: await ask(operation, variables, mine.signal), error: null, loading: false };
    } catch (error) {
      if (isAbort(error)) return;
      const shown = error instanceof ApiError ? error : new ApiError('INTERNAL', String(error));
      answer.value = { data: answer.peek().data, error: shown, loading: false };
    }
  };
  const entry: Entry = { answer, operation, load, users: 0 };
  entries.set(key, entry);
  for (const [old, { users }] of entries) {
    if (entries.size <= KEPT) break;
    if (users === 0 && old !== key) entries.delete(old);
  }
  return entry;
}
