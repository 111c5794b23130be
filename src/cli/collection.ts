import { findCollection, listCollections } from '../catalog/collections.js';
import type { Db } from '../db.js';
import type { Collection } from '../entities/index.js';
import { DEFAULT_COLLECTION } from './flags.js';

/** What a list says of a collection that is not there yet, on a terminal: how to make it, and what others there are. */
export type Listed = { collection: Collection; others?: undefined } | { collection: null; others: string[] };

/**
 * The collection that a list is asked of. The one that every command means unless it is told otherwise may not be there yet:
 * its lists are empty then. Any other name that is not there is a mistake.
 * @throws WinnowError NOT_FOUND
 */
export async function collectionToList(db: Db, name: string): Promise<Listed> {
  const all = name === DEFAULT_COLLECTION ? await listCollections(db) : [];
  if (name !== DEFAULT_COLLECTION || all.some((one) => one.name === name)) {
    return { collection: await findCollection(db, name) };
  }
  return { collection: null, others: all.map((one) => one.name) };
}

/** One line in place of an empty table. */
export function nothingLines(what: string, { others = [] }: Listed): string[] {
  if (others.length === 0) return [`There are no ${what} yet.`];
  return [`There are no ${what} yet in the collection ${DEFAULT_COLLECTION}. With --collection: ${others.join(', ')}.`];
}

/** How a command is told of a collection, with a space before it; nothing where it means this one anyway. */
export function collectionFlag(name: string): string {
  return name === DEFAULT_COLLECTION ? '' : ` --collection ${/^[\w.-]+$/.test(name) ? name : JSON.stringify(name)}`;
}
