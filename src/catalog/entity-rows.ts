import type { EntityTarget, ObjectLiteral } from 'typeorm';

import { rows, type Db } from '../db.js';

/**
 * Entities from a statement that gives whole rows of their table (`returning *`, `select t.*`); other columns are left out.
 * For what a repository cannot say in one statement.
 */
export async function entityRows<Entity extends ObjectLiteral>(
  db: Db,
  target: EntityTarget<Entity>,
  text: string,
  values: unknown[] = [],
): Promise<Entity[]> {
  const dataSource = 'dataSource' in db ? db.dataSource : db;
  const metadata = dataSource.getMetadata(target);
  return (await rows<Record<string, unknown>>(db, text, values)).map((row) => {
    const entity = metadata.create() as Entity;
    for (const column of metadata.columns) {
      const value: unknown = dataSource.driver.prepareHydratedValue(row[column.databaseName], column);
      column.setEntityValue(entity, value);
    }
    return entity;
  });
}
