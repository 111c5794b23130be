import assert from 'node:assert/strict';
import { test } from 'node:test';

import { migrationDifferences } from '../../scripts/migration-differences.js';
import { rows } from '../../src/db.js';
import { freshDatabase } from '../support/database.js';

test('entities and migrations agree, and every kind of difference is found', async (t) => {
  const db = await freshDatabase(t);
  assert.deepEqual(await migrationDifferences(db), []);
  for (const statement of [
    'alter table winnow.images add column stray text',
    'alter table winnow.images alter column width type bigint',
    'alter table winnow.images alter column height drop not null',
    'alter table winnow.runs alter column done drop default',
    'alter table winnow.sources drop column refused cascade',
    'alter table winnow.models drop constraint models_collection_id_number_key',
    'alter table winnow.epochs drop constraint epochs_pkey',
    'create table winnow.extra (id integer primary key)',
    'drop table winnow.worker_pools',
  ]) {
    await rows(db, statement);
  }
  assert.deepEqual(await migrationDifferences(db), [
    'epochs.epoch: primary is true in the entity, but false in the table',
    'epochs.run_id: primary is true in the entity, but false in the table',
    'extra: a table, but no entity',
    'images.height: nullable is false in the entity, but true in the table',
    'images.stray: in the table, but not in the entity',
    'images.width: type is integer in the entity, but bigint in the table',
    'models (collection_id, number): unique in the entity, but not in the table',
    'runs.done: filled is true in the entity, but false in the table',
    'sources.refused: in the entity, but not in the table',
    'worker_pools: an entity, but no migration makes the table',
  ]);
});

test('every table has a comment that says what it is', async (t) => {
  const db = await freshDatabase(t);
  const bare = await rows(
    db,
    `select c.relname from pg_class c where c.relnamespace = 'winnow'::regnamespace and c.relkind in ('r', 'p')
        and c.relname <> 'migrations' and obj_description(c.oid, 'pg_class') is null`,
  );
  assert.deepEqual(bare, []);
});
