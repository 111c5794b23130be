import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { Icon } from '../shell/icons';
import { useLink } from '../state/address';
import { labelOf } from '../state/labelling';
import { Picture } from '../wall/picture';
import type { Sequence } from '../wall/sequence';
import { baseName, count } from '../words';

/** How large a picture is shown, in CSS pixels: twice what there is of it. */
const SIDE = 448;
const THUMB = 64;
/** Thumbnails before and after the picture. */
const [BEFORE, AFTER] = [3, 6];
/** Pictures that are fetched before they are needed. */
const AHEAD = 16;

interface Props {
  queue: Sequence;
  active: Signal<number>;
  goTo: (index: number) => void;
}

/** One picture at a time, as large as it is worth, with those that come and those that were. */
export function OneByOne({ queue, active, goTo }: Props) {
  const link = useLink();
  const at = active.value;
  const revision = queue.revision.value;
  useEffect(() => queue.want(at - BEFORE, at + AHEAD + 1), [queue, at]);
  useEffect(() => {
    for (let ahead = 1; ahead <= AHEAD; ahead += 1) {
      const tile = queue.at(at + ahead);
      if (tile !== undefined) new Image().src = tile.picture;
    }
  }, [queue, at, revision]);
  const side = Math.min(SIDE, window.innerWidth - 24);
  const tile = queue.at(at);
  const given = tile === undefined ? null : labelOf(tile);
  if (queue.length === 0) return <p class="wall-empty">Nothing is left to label here.</p>;
  return (
    <div class="one">
      <figure
        class={`one-picture ${given ? `tile-${given.toLowerCase()}` : ''}`}
        style={{ height: `${side}px`, width: `${side}px` }}
      >
        {tile && <Picture tile={tile} side={side} />}
        {given && (
          <span class={`mark mark-${given.toLowerCase()}`}>
            <Icon name={given === 'POSITIVE' ? 'check' : 'cross'} />
          </span>
        )}
      </figure>
      <p class="quiet one-name" role="status">
        {count(at + 1)} of {count(queue.length)}
        {tile && (
          <>
            : <a href={link(`/images/${tile.id}`)}>{baseName(tile.uri)}</a>
          </>
        )}
        {given && `, ${given.toLowerCase()}`}
      </p>
      <ol class="one-strip" aria-label="Before and after">
        {Array.from({ length: BEFORE + 1 + AFTER }, (_, i) => at - BEFORE + i).map((place) => {
          const thumb = queue.at(place);
          const label = thumb === undefined ? null : labelOf(thumb);
          return (
            <li key={place}>
              {thumb && (
                <button
                  type="button"
                  class={`one-thumb ${label ? `tile-${label.toLowerCase()}` : ''}`}
                  aria-current={place === at}
                  aria-label={`${count(place + 1)}: ${baseName(thumb.uri)}`}
                  tabIndex={-1}
                  onClick={() => goTo(place)}
                >
                  <Picture tile={thumb} side={THUMB} />
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
