import { useSignal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

export interface Grid {
  readonly columns: number;
  /** Of a picture, in CSS pixels: they share the width evenly. */
  readonly side: number;
  readonly rowHeight: number;
  readonly gap: number;
  readonly scrollTop: number;
  /** Of what is seen. */
  readonly height: number;
}

const GAP = 6;

/** How the pictures lie in a box that scrolls; changes with its size and its scrolling, once a frame at most. */
export function useGrid(
  box: RefObject<HTMLElement | null>,
  tileSide: number,
  captionHeight: number,
): ReadonlySignal<Grid> {
  const grid = useSignal<Grid>(layOut(tileSide * 4, 0, 0, tileSide, captionHeight));
  useLayoutEffect(() => {
    const element = box.current!;
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      const width = element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      grid.value = layOut(width, element.clientHeight, element.scrollTop, tileSide, captionHeight);
    };
    const later = (): void => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    const observer = new ResizeObserver(later);
    observer.observe(element);
    element.addEventListener('scroll', later, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      element.removeEventListener('scroll', later);
    };
  }, [tileSide, captionHeight]);
  return grid;
}

function layOut(width: number, height: number, scrollTop: number, tileSide: number, captionHeight: number): Grid {
  const columns = Math.max(2, Math.floor((width + GAP) / (tileSide + GAP)));
  const side = Math.floor((width - GAP * (columns - 1)) / columns);
  return { columns, side, rowHeight: side + captionHeight + GAP, gap: GAP, scrollTop, height };
}
