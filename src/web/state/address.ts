import { useLocation } from 'preact-iso';

/** What an address can say beside the view: which collection by name, which model by number, and what the view itself keeps there. */
export type Params = Readonly<Record<string, string | undefined>>;

/** The parameters of the address, and how to change some of them; null or an empty text takes one away. */
export function useAddress() {
  const { path, query, route } = useLocation();
  return {
    path,
    query: query as Params,
    /** A `step` is one that the back button takes back. */
    set: (changes: Readonly<Record<string, string | null>>, { step = false } = {}): void =>
      route(addressOf(location.pathname, { ...queryNow(), ...changes }), !step),
    go: (to: string, changes: Readonly<Record<string, string | null>> = {}): void =>
      route(addressOf(to, { ...kept(queryNow()), ...changes })),
  };
}

/** A link to another view that keeps the collection and the model. */
export function useLink(): (path: string, params?: Params) => string {
  const { query } = useLocation();
  return (path, params) => addressOf(path, { ...kept(query), ...params });
}

/** Goes to all that is known of an image. */
export function useOpenImage(): (image: { readonly id: string }) => void {
  const { go } = useAddress();
  return ({ id }) => go(`/images/${id}`);
}

function queryNow(): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(location.search));
}

function kept({ collection, model }: Params): Record<string, string | null> {
  return { collection: collection ?? null, model: model ?? null };
}

function addressOf(path: string, params: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const text = new URLSearchParams(given).toString();
  return text === '' ? path : `${path}?${text}`;
}
