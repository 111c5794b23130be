import { computed } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';

/** A value that follows signals, and is made anew when one of `inputs`, which are no signals, is another one. */
export function useDerived<Value>(derive: () => Value, inputs: readonly unknown[]): ReadonlySignal<Value> {
  return useMemo(() => computed(derive), inputs);
}
