import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';

import { Icon } from '../shell/icons';
import { count, counted } from '../words';
import type { Sequence, Tile } from './sequence';
import { useGrid } from './use-grid';
import { step } from './step';

/** Rows that are drawn beyond what is seen, on either side. */
const OVERSCAN = 2;
/** Browsers know no element higher than some 16 million pixels. */
const HIGHEST = 12_000_000;

export interface TileView {
  readonly tile: Tile | undefined;
  readonly index: number;
  /** In CSS pixels. */
  readonly side: number;
  readonly active: boolean;
}

interface Props {
  label: string;
  sequence: Sequence;
  /** The least width of a picture, in CSS pixels. */
  tileSide: number;
  /** Height of what stands below each picture. */
  captionHeight: number;
  renderTile: (view: TileView) => { content: ComponentChildren; label: string; class?: string; selected?: boolean };
  /** A click on a picture, or Enter or space on the active one. */
  onPick?: (tile: Tile, index: number, event: MouseEvent | KeyboardEvent) => void;
  /** Leads to all that is known of a picture: from a corner of each. */
  onOpen: (tile: Tile) => void;
  /** The active picture, where others are to know of it or to change it. */
  active?: Signal<number>;
  /** Whether several can be selected. */
  multiple?: boolean;
  /** A key has led from one picture to another one. */
  onMove?: (index: number, from: number, event: KeyboardEvent) => void;
  /** Other keys, for the active picture. True where it was for something. */
  onKey?: (tile: Tile, index: number, event: KeyboardEvent) => boolean;
  /** What stands in for the pictures when there are none. */
  empty: ComponentChildren;
}

/**
 * A wall of pictures that scrolls by itself. Only the rows that are seen are elements of the page, all of one height, so that where
 * a picture stands is arithmetic. The wall as a whole has the focus, and one picture is the active one.
 */
export function Wall(props: Props) {
  const { label, sequence, tileSide, captionHeight, multiple, renderTile, onMove, onPick, onOpen, onKey, empty } =
    props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const own = useSignal(0);
  const active = props.active ?? own;
  const grid = useGrid(box, tileSide, captionHeight);
  const { columns, side, rowHeight, gap, scrollTop, height } = grid.value;
  const rows = Math.min(Math.ceil(sequence.length / columns), Math.floor(HIGHEST / rowHeight));
  const shown = Math.min(sequence.length, rows * columns);
  const firstRow = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN);
  const endRow = Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + OVERSCAN);
  const [first, end] = [firstRow * columns, Math.min(shown, endRow * columns)];

  useLayoutEffect(() => {
    box.current!.scrollTop = 0;
    own.value = 0;
    return () => sequence.stop();
  }, [sequence]);
  useEffect(() => {
    if (height > 0) sequence.want(first, end);
  }, [sequence, first, end, height]);
  void sequence.revision.value;

  // The active picture is seen, whoever made it so.
  useLayoutEffect(() => {
    const top = Math.floor(active.value / columns) * rowHeight;
    const { current } = box;
    if (current === null || height === 0) return;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + rowHeight > current.scrollTop + height) current.scrollTop = top + rowHeight - height;
  }, [active.value]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pageRows = Math.max(1, Math.floor(height / rowHeight) - 1);
    const to = step(event.key, active.value, columns, pageRows, shown);
    const tile = sequence.at(active.value);
    if (to !== null) {
      const from = active.value;
      active.value = to;
      onMove?.(to, from, event);
    } else if (tile !== undefined && (event.key === 'Enter' || event.key === ' ')) onPick?.(tile, active.value, event);
    else if (tile === undefined || !onKey?.(tile, active.value, event)) return;
    event.preventDefault();
  };

  const drawn = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  return (
    <div
      ref={box}
      class="wall"
      role={sequence.length > 0 ? 'listbox' : 'group'}
      aria-multiselectable={sequence.length > 0 ? multiple : undefined}
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={active.value >= first && active.value < end ? `${id}-${active.value}` : undefined}
      onKeyDown={onKeyDown}
    >
      {sequence.length === 0 && <div class="wall-empty">{empty}</div>}
      <div class="wall-room" role="presentation" style={{ height: `${Math.max(0, rows * rowHeight - gap)}px` }}>
        {drawn.map((index) => {
          const tile = sequence.at(index);
          const view = renderTile({ tile, index, side, active: index === active.value });
          const [row, column] = [Math.floor(index / columns), index % columns];
          return (
            <div
              key={index}
              id={`${id}-${index}`}
              data-index={index}
              class={`tile ${index === active.value ? 'tile-active' : ''} ${view.class ?? ''}`}
              role="option"
              aria-selected={view.selected ?? false}
              aria-label={view.label}
              aria-setsize={sequence.length}
              aria-posinset={index + 1}
              style={{ transform: `translate(${column * (side + gap)}px, ${row * rowHeight}px)`, width: `${side}px` }}
              onClick={(event) => {
                active.value = index;
                if (tile !== undefined) onPick?.(tile, index, event);
              }}
            >
              {view.content}
              {tile !== undefined && <Opener onOpen={() => onOpen(tile)} />}
            </div>
          );
        })}
      </div>
      {shown < sequence.length && (
        <p class="wall-empty" role="presentation">
          The wall ends here, after {count(shown)} of {counted(sequence.length, 'picture')}: no browser scrolls farther.
          Another threshold or order leads to the others.
        </p>
      )}
    </div>
  );
}

/** By the mouse what `i` does by key: an option holds nothing that could have the focus. */
function Opener({ onOpen }: { onOpen: () => void }) {
  const open = (event: MouseEvent): void => {
    event.stopPropagation();
    onOpen();
  };
  return (
    <span class="tile-open" title="All about this picture (i)" onClick={open}>
      <Icon name="open" />
    </span>
  );
}
