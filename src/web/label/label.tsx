import { useContext, useMemo } from 'preact/hooks';

import { labelledTotal } from '../api/documents';
import { Empty, Failed, Loading } from '../shell/states';
import { useAddress } from '../state/address';
import { CurrentContext } from '../state/catalog';
import type { Collection, Model } from '../state/catalog';
import { useQuery } from '../state/query';
import { ORDERS, poolOf, queueOf, WHICH } from './queue';
import type { Order, Which } from './queue';
import { Session } from './session';
import '../styles/label.css';

/** Labelling by hand, one key a picture. */
export function Label() {
  const { collection, model, loading, error, reload } = useContext(CurrentContext);
  if (error) return <Failed error={error} retry={() => void reload()} />;
  if (loading) return <Loading what="Looking for pictures" />;
  if (collection === null || collection.imageCount === 0) {
    return (
      <Empty title="Nothing to label yet">
        <p>There are no pictures{collection && ` in ${collection.name}`} yet. Add a folder of them first.</p>
      </Empty>
    );
  }
  return <Queue key={collection.id} collection={collection} model={model} />;
}

function Queue({ collection, model }: { collection: Collection; model: Model | null }) {
  const { query } = useAddress();
  const possible = ORDERS.filter(({ scored }) => !scored || model !== null);
  const order: Order = possible.find(({ name }) => name === query.order) ?? possible[0];
  const which: Which = WHICH.find(({ name }) => name === query.which)?.name ?? 'first';
  const { data, error, reload } = useQuery(labelledTotal, poolOf(order, collection, model));
  // Made once for an order, whatever is labelled meanwhile.
  const queue = useMemo(
    () => data && queueOf(order, which, collection, model, data.images.totalCount!),
    [data !== null, order, which, collection.id, model?.id],
  );
  if (error && queue === null) return <Failed error={error} retry={() => void reload()} />;
  if (queue === null) return <Loading what="Looking for pictures" />;
  return <Session collection={collection} orders={possible} order={order} which={which} queue={queue} />;
}
