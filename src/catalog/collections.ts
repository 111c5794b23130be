import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';
import { Collection } from '../entities/index.js';
import { WinnowError } from '../errors.js';

const LONGEST_NAME = 200;

/**
 * The collection of that name; makes it when there is none. A question that is given replaces the one it has.
 * @throws WinnowError BAD_INPUT for an empty or overlong name
 */
export async function ensureCollection(db: Db, name: string, question?: string): Promise<Collection> {
  if (name.trim() === '' || name.length > LONGEST_NAME) {
    throw new WinnowError(
      'BAD_INPUT',
      `name must have 1 to ${LONGEST_NAME} characters, but is "${name.slice(0, 40)}".`,
    );
  }
  // Two statements, so that a name another process has just inserted is seen by the second.
  await rows(
    db,
    'insert into winnow.collections (name, question) select $1, $2 where not exists (select from winnow.collections where name = $1) on conflict (name) do nothing',
    [name, question ?? null],
  );
  if (question !== undefined) {
    await rows(db, 'update winnow.collections set question = $2 where name = $1 and question is distinct from $2', [
      name,
      question,
    ]);
  }
  return db.getRepository(Collection).findOneByOrFail({ name });
}

/**
 * By name, or by id when no collection has that name.
 * @throws WinnowError NOT_FOUND
 */
export async function findCollection(db: Db, nameOrId: string | number): Promise<Collection> {
  const collections = db.getRepository(Collection);
  const named = typeof nameOrId === 'string' ? await collections.findOneBy({ name: nameOrId }) : null;
  if (named !== null) return named;
  const id = Number(nameOrId);
  const numbered = Number.isInteger(id) && id > 0 && id < 2 ** 31 ? await collections.findOneBy({ id }) : null;
  if (numbered !== null) return numbered;
  throw new WinnowError('NOT_FOUND', `There is no collection "${nameOrId}". Ingest a folder into it to make it.`);
}

/** All of them, by name. */
export async function listCollections(db: Db): Promise<Collection[]> {
  return db.getRepository(Collection).find({ order: { name: 'ASC' } });
}

/**
 * Waits for all others who change labels or scores of a collection, and keeps them out until the transaction ends. The histogram
 * knows both: who writes the one must see the other. Taken before anything else that such a transaction locks.
 */
export async function lockCollection(tx: EntityManager, collectionId: number): Promise<void> {
  await rows(tx, 'select from winnow.collections where id = $1 for no key update', [collectionId]);
}

/** The same for the collection of a model. */
export async function lockCollectionOf(tx: EntityManager, modelId: number): Promise<void> {
  await rows(
    tx,
    'select from winnow.collections c join winnow.models m on m.collection_id = c.id where m.id = $1 for no key update of c',
    [modelId],
  );
}
