import { signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

/** The threshold that is being looked at, which need not be the one in force. */
export interface Threshold {
  /** Moves with the pointer. */
  readonly shown: ReadonlySignal<number>;
  /** Follows when the pointer rests or lets go: what is read from the server goes by this. */
  readonly settled: ReadonlySignal<number>;
  move(to: number): void;
  /** It has arrived. */
  settle(): void;
}

/** Milliseconds of rest after which the walls follow. */
const PAUSE = 180;

/** @param onSettled told of every place where it comes to rest */
export function createThreshold(start: number, onSettled: (value: number) => void): Threshold {
  const [shown, settled] = [signal(start), signal(start)];
  let timer = 0;
  const settle = (): void => {
    clearTimeout(timer);
    if (settled.peek() === shown.peek()) return;
    settled.value = shown.peek();
    onSettled(shown.peek());
  };
  const move = (to: number): void => {
    if (to === shown.peek()) return;
    shown.value = to;
    clearTimeout(timer);
    timer = setTimeout(settle, PAUSE);
  };
  return { shown, settled, move, settle };
}
