import type { ImageOrder } from '../api/documents';
import type { Collection, Model } from '../state/catalog';
import { tellError } from '../state/notices';
import { segment } from '../wall/segments';
import { Sequence } from '../wall/sequence';

/** What comes first, and whether a model has to have scored the pictures for that. */
export const ORDERS = [
  { name: 'random', title: 'Random', order: 'RANDOM', scored: false },
  { name: 'uncertain', title: 'Most uncertain', order: 'THRESHOLD_DISTANCE', scored: true },
  { name: 'highest', title: 'Highest score', order: 'SCORE_DESC', scored: true },
  { name: 'lowest', title: 'Lowest score', order: 'SCORE_ASC', scored: true },
  { name: 'newest', title: 'Newest', order: 'NEWEST', scored: false },
] as const satisfies readonly { name: string; title: string; order: ImageOrder; scored: boolean }[];

export type Order = (typeof ORDERS)[number];

export const WHICH = [
  { name: 'first', title: 'Unlabelled first' },
  { name: 'unlabelled', title: 'Only unlabelled' },
  { name: 'labelled', title: 'Only labelled' },
] as const;

export type Which = (typeof WHICH)[number]['name'];

/** The whole that is asked for: a model's scored images, or all of the collection. */
export function poolOf(order: Order, collection: Collection, model: Model | null) {
  return order.scored && model !== null ? { model: model.id } : { collection: collection.id };
}

/**
 * The pictures to label, in their order. Labelling changes which are unlabelled, but not the place of those that come: a picture
 * that was read stays where it is, so all that were read are kept.
 * @param labelled how many of the pool have a label
 */
export function queueOf(
  order: Order,
  which: Which,
  collection: Collection,
  model: Model | null,
  labelled: number,
): Sequence {
  const pool = poolOf(order, collection, model);
  const all = 'model' in pool && model !== null ? model.counts.above + model.counts.below : collection.imageCount;
  const asked = { ...pool, order: order.order, seed: 1 };
  const unlabelled = segment({ ...asked, filter: { labelled: false } }, all - labelled);
  const rest = segment({ ...asked, filter: { labelled: true } }, labelled);
  const segments = which === 'first' ? [unlabelled, rest] : which === 'unlabelled' ? [unlabelled] : [rest];
  return new Sequence(segments, tellError, Infinity);
}
