import { createContext } from 'preact';

import { models, overview } from '../api/documents';
import type { CollectionSummaryFragment, ModelSummaryFragment } from '../api/documents';
import type { ApiError } from '../api/client';
import { useAddress } from './address';
import { useQuery } from './query';

export type Collection = CollectionSummaryFragment;
export type Model = ModelSummaryFragment;

/** The collection and the model that the address means, or the first collection and its model in force where it names none. */
export interface Current {
  readonly collections: readonly Collection[];
  readonly collection: Collection | null;
  /** Newest first; null until they have come. */
  readonly models: readonly Model[] | null;
  readonly model: Model | null;
  /** True until it is known whether there is such a collection and such a model. */
  readonly loading: boolean;
  readonly error: ApiError | null;
  readonly reload: () => Promise<void>;
}

/** What the shell has found, for the views. */
export const CurrentContext = createContext<Current>(null!);

export function useCurrent(): Current {
  const { query } = useAddress();
  const all = useQuery(overview, {});
  const collections = (all.data?.collections.edges ?? []).map(({ node }) => node);
  const collection =
    query.collection === undefined
      ? (collections.find(({ currentModel }) => currentModel !== null) ?? collections[0] ?? null)
      : (collections.find(({ name }) => name === query.collection) ?? null);
  const found = useQuery(models, collection === null ? null : { collection: collection.id });
  const list = found.data?.models.edges.map(({ node }) => node) ?? null;
  const number = query.model === undefined ? null : Number(query.model);
  const inForce = collection?.currentModel ?? null;
  const model =
    number === null || inForce?.number === number ? inForce : (list?.find((one) => one.number === number) ?? null);
  const modelUnknown = model === null && number !== null && list === null && found.error === null;
  return {
    collections,
    collection,
    models: list,
    model,
    loading: (all.data === null && all.error === null) || (collection !== null && modelUnknown),
    error: all.data === null ? all.error : null,
    reload: async () => {
      await Promise.all([all.reload(), found.reload()]);
    },
  };
}
