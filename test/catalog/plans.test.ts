import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { EntityManager } from 'typeorm';

import { countsAt } from '../../src/catalog/counts.js';
import { flipCounts, flipsPage } from '../../src/catalog/flips.js';
import { setLabels } from '../../src/catalog/labels.js';
import { scorePage } from '../../src/catalog/page.js';
import { setThreshold } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { largeCollection, modelOf, randomNumbers, score } from './support.js';

const IMAGES = 200_000;
/** Rows and index entries that a statement may look at, all tables together. */
const MOST_FOR_A_PAGE = 1_000;
/** All bins of a model and all labels, whatever the number of images. */
const MOST_FOR_COUNTS = 25_000;

interface RowsRead {
  /** By sequential scans of tables that have a row an image. */
  sequential: number;
  all: number;
  /** By table, for the message. */
  tables: string;
}

/** Rows that a piece of work reads, by the server's own count. */
async function rowsRead(db: TestDatabase, work: (tx: EntityManager) => Promise<unknown>): Promise<RowsRead> {
  await rows(db, 'select pg_stat_force_next_flush()'); // what this connection read before counts no more
  return db.transaction(async (tx) => {
    await work(tx);
    const [read] = await rows<RowsRead>(
      tx,
      `select coalesce(sum(seq_tup_read) filter (where n_live > 100000), 0)::integer as sequential,
              sum(read)::integer as all, string_agg(relname || ' ' || read, ', ') filter (where read > 0) as tables
         from (select s.relname, seq_tup_read, seq_tup_read + coalesce(idx_tup_fetch, 0) as read, c.reltuples as n_live
                 from pg_stat_xact_user_tables s join pg_class c on c.oid = s.relid where schemaname = 'winnow') tables`,
    );
    return read;
  });
}

test('a page, counts, flips and a new threshold read index ranges only, among 200,000 scores of each of two models', async (t) => {
  const db = await freshDatabase(t, { poolSize: 1 });
  const random = randomNumbers(5);
  const { collection, imageIds } = await largeCollection(db, IMAGES);
  const models = [];
  for (let n = 0; n < 2; n += 1) {
    const model = await modelOf(db, collection.id);
    await score(
      db,
      model,
      imageIds,
      Float32Array.from(imageIds, () => random()),
    );
    models.push(model);
  }
  const labels = imageIds
    .slice(0, 1000)
    .map((imageId, i) => ({ imageId, value: i % 2 ? ('POSITIVE' as const) : ('NEGATIVE' as const) }));
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  const modelId = models[1].id;
  const [middle] = await scorePage(db, { modelId, min: 0.5, order: 'ASC', first: 1 });

  const asked: [string, (tx: EntityManager) => Promise<unknown>][] = [
    ['first page', (tx) => scorePage(tx, { modelId, order: 'DESC', first: 100 })],
    ['page in the middle', (tx) => scorePage(tx, { modelId, order: 'ASC', first: 100, after: middle })],
    ['page backwards', (tx) => scorePage(tx, { modelId, order: 'ASC', last: 100, before: middle })],
    ['page of a range', (tx) => scorePage(tx, { modelId, min: 0.64, max: 0.66, order: 'DESC', first: 100 })],
    ['counts', (tx) => countsAt(tx, { modelId, threshold: 0.65005 })],
    ['counts at four decimals', (tx) => countsAt(tx, { modelId, threshold: 0.6501 })],
    ['counts at 0', (tx) => countsAt(tx, { modelId, threshold: 0 })],
    ['counts at 1', (tx) => countsAt(tx, { modelId, threshold: 1 })],
    ['flips', (tx) => flipCounts(tx, { modelId, from: 0.5, to: 0.65 })],
    ['page of flips', (tx) => flipsPage(tx, { modelId, from: 0.5, to: 0.65, order: 'ASC', first: 100 })],
    ['a new threshold', (tx) => setThreshold(tx, { modelId, value: 0.65, who: 'ann' })],
  ];
  for (const planMode of ['force_custom_plan', 'force_generic_plan']) {
    for (const [name, work] of asked) {
      const read = await rowsRead(db, async (tx) => {
        await rows(tx, `set local plan_cache_mode = ${planMode}`);
        await work(tx);
      });
      assert.equal(read.sequential, 0, `${name}, ${planMode}: read ${read.sequential} rows by sequential scans`);
      const bound = name.startsWith('counts') || name === 'flips' ? MOST_FOR_COUNTS : MOST_FOR_A_PAGE;
      assert.ok(read.all < bound, `${name}, ${planMode}: read ${read.tables}`);
      t.diagnostic(`${name}, ${planMode}: ${read.all} rows (${read.tables})`);
    }
  }
});
