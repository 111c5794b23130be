import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { Icon } from '../shell/icons';
import { labelOf } from '../state/labelling';
import { Picture } from '../wall/picture';
import type { Sequence, Tile } from '../wall/sequence';
import { Wall } from '../wall/wall';
import { baseName } from '../words';
import { range, useSweep } from './selection';

interface Props {
  queue: Sequence;
  active: Signal<number>;
  selected: Signal<ReadonlySet<number>>;
  skip: () => void;
  open: (tile: Tile) => void;
}

/** Many pictures at a time: several are selected by shift or by dragging over them, and labelled by one key. */
export function Grid({ queue, active, selected, skip, open }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const anchor = useRef(0);
  useEffect(() => box.current?.querySelector<HTMLElement>('.wall')?.focus({ preventScroll: true }), []);
  const select = (places: ReadonlySet<number>): void => {
    selected.value = places;
  };
  const sweep = useSweep((from, to) => {
    anchor.current = from;
    active.value = to;
    select(range(from, to));
  });
  const pick = (_tile: Tile, index: number, event: MouseEvent | KeyboardEvent): void => {
    if (event instanceof KeyboardEvent) {
      if (event.key === ' ') skip();
    } else if (event.shiftKey) {
      select(range(anchor.current, index));
    } else if (event.ctrlKey || event.metaKey) {
      const places = new Set(selected.value.size > 0 ? selected.value : [anchor.current]);
      if (!places.delete(index)) places.add(index);
      select(places);
    } else {
      anchor.current = index;
      select(new Set());
    }
  };
  return (
    <div class="label-grid" ref={box} {...sweep}>
      <Wall
        label="Pictures to label"
        sequence={queue}
        tileSide={132}
        captionHeight={0}
        active={active}
        multiple
        onMove={(index, from, event) => {
          if (!event.shiftKey) {
            anchor.current = index;
            return select(new Set());
          }
          if (selected.value.size === 0) anchor.current = from;
          select(range(anchor.current, index));
        }}
        onPick={pick}
        onOpen={open}
        renderTile={({ tile, index, side, active: isActive }) => {
          const given = tile === undefined ? null : labelOf(tile);
          const chosen = selected.value.has(index) || (isActive && selected.value.size === 0);
          return {
            content: (
              <span class="tile-picture" style={{ height: `${side}px` }}>
                {tile && <Picture tile={tile} side={side} />}
                {given && (
                  <span class={`mark mark-${given.toLowerCase()}`}>
                    <Icon name={given === 'POSITIVE' ? 'check' : 'cross'} />
                  </span>
                )}
              </span>
            ),
            label: tile === undefined ? 'Loading' : `${baseName(tile.uri)}${given ? `, ${given.toLowerCase()}` : ''}`,
            class: `${chosen ? 'tile-selected' : ''} ${given ? `tile-${given.toLowerCase()}` : ''}`,
            selected: chosen,
          };
        }}
        empty={<p>Nothing is left to label here.</p>}
      />
    </div>
  );
}
