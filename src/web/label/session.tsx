import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { LabelValue } from '../api/documents';
import { useAddress, useOpenImage } from '../state/address';
import type { Collection } from '../state/catalog';
import { useKeys } from '../state/keys';
import { label, labelOf, undo } from '../state/labelling';
import { tell } from '../state/notices';
import type { Sequence, Tile } from '../wall/sequence';
import { counted } from '../words';
import { Controls } from './controls';
import { Grid } from './grid';
import { OneByOne } from './one-by-one';
import type { Order, Which } from './queue';

interface Props {
  collection: Collection;
  orders: readonly Order[];
  order: Order;
  which: Which;
  queue: Sequence;
}

/** A queue of pictures with a place in it, and the keys that label what is there and go on. */
export function Session({ collection, orders, order, which, queue }: Props) {
  const { query, set } = useAddress();
  const open = useOpenImage();
  const oneByOne = query.mode === 'one';
  const active = useSignal(0);
  /** The pictures that a key labels together, by their place; just the active one when there are none. */
  const selected = useSignal<ReadonlySet<number>>(new Set());
  useEffect(() => {
    active.value = 0;
    selected.value = new Set();
  }, [queue]);

  const goTo = (index: number): void => {
    active.value = Math.max(0, Math.min(queue.length - 1, index));
    selected.value = new Set();
  };
  const answer = (value: LabelValue): void => {
    const places = selected.value.size > 0 ? [...selected.value].sort((a, b) => a - b) : [active.value];
    const tiles = places.map((place) => queue.at(place)).filter((tile): tile is Tile => tile !== undefined);
    if (tiles.length === 0) return;
    label(collection.id, tiles, value);
    goTo(nextUnlabelled(queue, places[places.length - 1]));
  };
  const takeBack = (): void => {
    const images = undo();
    if (images.length === 0) return tell('Nothing to undo.');
    tell(`Undone: the label of ${counted(images.length, 'picture')}.`);
    const place = queue.find(images[0]);
    if (place !== null) goTo(place);
  };
  const openActive = (): void => {
    const tile = queue.at(active.value);
    if (tile !== undefined) open(tile);
  };
  const skip = (): void => goTo(nextUnlabelled(queue, active.value));

  useKeys('Label', [
    { keys: ['1'], does: 'positive: yes', run: () => answer('POSITIVE') },
    { keys: ['0'], does: 'negative: no', run: () => answer('NEGATIVE') },
    { keys: [' '], does: 'skip', run: skip },
    { keys: ['z'], does: 'undo', run: takeBack },
    { keys: ['i'], does: 'all about the picture', run: openActive },
    { keys: ['g'], does: 'grid or one at a time', run: () => set({ mode: oneByOne ? null : 'one' }, { step: true }) },
    ...(oneByOne
      ? [
          { keys: ['ArrowLeft'], does: 'the one before', run: () => goTo(active.value - 1) },
          { keys: ['ArrowRight'], does: 'the next one', run: () => goTo(active.value + 1) },
        ]
      : [
          { keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], does: 'go; with shift select' },
          { keys: ['Escape'], does: 'select none', run: () => (selected.value = new Set<number>()) },
        ]),
  ]);

  return (
    <div class="label">
      <h1 class="unseen">Label {collection.name}</h1>
      <Controls collection={collection} orders={orders} order={order} which={which} oneByOne={oneByOne} />
      {collection.question && <p class="label-question">{collection.question}</p>}
      {oneByOne ? (
        <OneByOne queue={queue} active={active} goTo={goTo} />
      ) : (
        <Grid queue={queue} active={active} selected={selected} skip={skip} open={open} />
      )}
      <div class="label-keys">
        <button type="button" class="button answer answer-no" onClick={() => answer('NEGATIVE')}>
          <kbd>0</kbd> Negative
        </button>
        <button type="button" class="button answer answer-yes" onClick={() => answer('POSITIVE')}>
          <kbd>1</kbd> Positive
        </button>
        <button type="button" class="button" onClick={skip}>
          <kbd>space</kbd> Skip
        </button>
        <button type="button" class="button" onClick={takeBack}>
          <kbd>z</kbd> Undo
        </button>
      </div>
    </div>
  );
}

/** The next place without a label; the next one at all where none is known. */
function nextUnlabelled(queue: Sequence, from: number): number {
  for (let place = from + 1; place < queue.length; place += 1) {
    const tile = queue.at(place);
    if (tile === undefined || labelOf(tile) === null) return place;
  }
  return from + 1;
}
