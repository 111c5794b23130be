import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

import { rows } from '../src/db.js';

/** What both sides say of a column, in the words of Postgres. */
interface ColumnFacts {
  type: string;
  nullable: boolean;
  primary: boolean;
  /** Whether an insert may leave it out although it is not nullable. */
  filled: boolean;
}

interface TableFacts {
  columns: Map<string, ColumnFacts>;
  /** Column names of each unique constraint, joined by a comma. */
  uniques: Set<string>;
}

/** Tables of the schema that are no entities. */
const NOT_ENTITIES = new Set(['migrations']);

/**
 * Where the entities and a migrated database do not agree, one sentence each: tables, columns, types, nullability, keys,
 * defaults and unique constraints, both ways. Foreign keys, checks and indexes are for the migrations alone to know.
 */
export async function migrationDifferences(dataSource: DataSource): Promise<string[]> {
  const inEntities = new Map(
    dataSource.entityMetadatas.map((entity) => [entity.tableName, tableOfEntity(dataSource, entity)]),
  );
  const inDatabase = await tablesOfDatabase(dataSource);
  const differences: string[] = [];
  for (const [name, table] of inEntities) {
    const migrated = inDatabase.get(name);
    if (migrated === undefined) differences.push(`${name}: an entity, but no migration makes the table`);
    else differences.push(...tableDifferences(name, table, migrated));
  }
  for (const name of inDatabase.keys()) {
    if (!inEntities.has(name)) differences.push(`${name}: a table, but no entity`);
  }
  return differences.sort();
}

function tableDifferences(table: string, entity: TableFacts, migrated: TableFacts): string[] {
  const differences: string[] = [];
  for (const [name, wanted] of entity.columns) {
    const found = migrated.columns.get(name);
    if (found === undefined) {
      differences.push(`${table}.${name}: in the entity, but not in the table`);
      continue;
    }
    for (const fact of ['type', 'nullable', 'primary', 'filled'] as const) {
      if (wanted[fact] === found[fact]) continue;
      differences.push(`${table}.${name}: ${fact} is ${wanted[fact]} in the entity, but ${found[fact]} in the table`);
    }
  }
  for (const name of migrated.columns.keys()) {
    if (!entity.columns.has(name)) differences.push(`${table}.${name}: in the table, but not in the entity`);
  }
  for (const columns of entity.uniques) {
    if (!migrated.uniques.has(columns))
      differences.push(`${table} (${columns}): unique in the entity, but not in the table`);
  }
  for (const columns of migrated.uniques) {
    if (!entity.uniques.has(columns))
      differences.push(`${table} (${columns}): unique in the table, but not in the entity`);
  }
  return differences;
}

function tableOfEntity({ driver }: DataSource, entity: EntityMetadata): TableFacts {
  const facts = (column: ColumnMetadata): ColumnFacts => ({
    type: driver.normalizeType(column),
    nullable: column.isNullable,
    primary: column.isPrimary,
    filled: column.isGenerated || column.default !== undefined,
  });
  return {
    columns: new Map(entity.columns.map((column) => [column.databaseName, facts(column)])),
    uniques: new Set(entity.uniques.map((unique) => key(unique.columns.map((column) => column.databaseName)))),
  };
}

async function tablesOfDatabase(dataSource: DataSource): Promise<Map<string, TableFacts>> {
  const columns = await rows<ColumnFacts & { table: string; name: string }>(
    dataSource,
    `select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type, not a.attnotnull as nullable,
            coalesce(a.attnum = any (k.conkey), false) as primary, a.attidentity <> '' or a.atthasdef as filled
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
      where c.relnamespace = 'winnow'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      order by c.relname, a.attnum`,
  );
  const uniques = await rows<{ table: string; names: string[] }>(
    dataSource,
    `select c.relname as table, array(select a.attname::text from pg_attribute a
                                       where a.attrelid = c.oid and a.attnum = any (k.conkey)) as names
       from pg_class c join pg_constraint k on k.conrelid = c.oid and k.contype = 'u'
      where c.relnamespace = 'winnow'::regnamespace and not c.relispartition`,
  );
  const tables = new Map<string, TableFacts>();
  for (const { table, name, ...facts } of columns) {
    if (NOT_ENTITIES.has(table)) continue;
    const known = tables.get(table) ?? { columns: new Map<string, ColumnFacts>(), uniques: new Set<string>() };
    tables.set(table, known);
    known.columns.set(name, facts);
  }
  for (const { table, names } of uniques) tables.get(table)?.uniques.add(key(names));
  return tables;
}

function key(names: string[]): string {
  return [...names].sort().join(', ');
}
