import { useRef } from 'preact/hooks';

/** Pixels that the pointer moves before it is dragging. */
const SLACK = 5;

/** All places between two, both included. */
export function range(from: number, to: number): ReadonlySet<number> {
  const [low, high] = from < to ? [from, to] : [to, from];
  return new Set(Array.from({ length: high - low + 1 }, (_, i) => low + i));
}

/** Handlers for what is around a wall: dragging the mouse from one picture to another one tells of both. A finger scrolls instead. */
export function useSweep(onSweep: (from: number, to: number) => void) {
  const start = useRef<{ index: number; x: number; y: number } | null>(null);
  const swept = useRef(false);
  return {
    onPointerDown: (event: PointerEvent): void => {
      swept.current = false;
      const index = indexAt(event);
      start.current =
        event.pointerType === 'mouse' && event.button === 0 && index !== null && !event.shiftKey
          ? { index, x: event.clientX, y: event.clientY }
          : null;
    },
    onPointerMove: (event: PointerEvent): void => {
      if (start.current === null || (event.buttons & 1) === 0) return;
      const { index, x, y } = start.current;
      if (!swept.current && Math.hypot(event.clientX - x, event.clientY - y) < SLACK) return;
      swept.current = true;
      const to = indexAt(event);
      if (to !== null) onSweep(index, to);
    },
    /** The click that ends a drag picks nothing. */
    onClickCapture: (event: MouseEvent): void => {
      if (swept.current) event.stopPropagation();
      swept.current = false;
    },
  };
}

function indexAt({ clientX, clientY }: PointerEvent): number | null {
  const tile = document.elementFromPoint(clientX, clientY)?.closest<HTMLElement>('[data-index]');
  return tile ? Number(tile.dataset.index) : null;
}
