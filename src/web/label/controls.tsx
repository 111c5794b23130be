import { useAddress } from '../state/address';
import type { Collection } from '../state/catalog';
import { labelTimes } from '../state/labelling';
import { count } from '../words';
import { paceOf, SEED_PACE } from './pace';
import { WHICH } from './queue';
import type { Order, Which } from './queue';

interface Props {
  collection: Collection;
  orders: readonly Order[];
  order: Order;
  which: Which;
  oneByOne: boolean;
}

/** Which pictures come, in which order and how; how many labels there are, and how fast they come. */
export function Controls({ collection, orders, order, which, oneByOne }: Props) {
  const { set } = useAddress();
  return (
    <div class="label-controls">
      <div class="label-choice">
        <select
          class="select"
          aria-label="Order"
          value={order.name}
          onChange={({ currentTarget }) => set({ order: currentTarget.value }, { step: true })}
        >
          {orders.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <select
          class="select"
          aria-label="Which pictures"
          value={which}
          onChange={({ currentTarget }) => set({ which: currentTarget.value }, { step: true })}
        >
          {WHICH.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <div class="segmented" role="group" aria-label="How they are shown">
          <button type="button" aria-pressed={!oneByOne} onClick={() => set({ mode: null }, { step: true })}>
            Grid
          </button>
          <button type="button" aria-pressed={oneByOne} onClick={() => set({ mode: 'one' }, { step: true })}>
            One
          </button>
        </div>
      </div>
      <Tally collection={collection} />
    </div>
  );
}

function Tally({ collection: { labelCounts } }: { collection: Collection }) {
  const pace = paceOf(labelTimes.value);
  return (
    <dl class="readout label-tally">
      <div class="figure figure-ok">
        <dt>Positive</dt>
        <dd class="figure-value">{count(labelCounts.positive)}</dd>
      </div>
      <div class="figure figure-ng">
        <dt>Negative</dt>
        <dd class="figure-value">{count(labelCounts.negative)}</dd>
      </div>
      <div class="figure">
        <dt>Labels a minute</dt>
        <dd>
          <span class="figure-value">{pace === null ? '–' : Math.round(pace)}</span>{' '}
          <span class="figure-note">a helper once: {SEED_PACE}</span>
        </dd>
      </div>
    </dl>
  );
}
