import type { DataSource, EntityManager } from 'typeorm';

import { ensureCollection } from '../../src/catalog/collections.js';
import { ensureBackbone } from '../../src/catalog/features.js';
import { setLabels } from '../../src/catalog/labels.js';
import { recordModel } from '../../src/catalog/models.js';
import { createRun } from '../../src/catalog/runs.js';
import { attachScores, copyScores, createScoreTable } from '../../src/catalog/scores.js';
import { uncalibrated } from '../../src/ml/calibration.js';
import { rows } from '../../src/db.js';
import type { LabelValue } from '../../src/entities/index.js';
import { bimodalScores } from './bimodal.js';

/** A collection of the first `images` images, all of them scored by its one model. */
export interface Filled {
  images: number;
  collectionId: number;
  modelId: number;
}

/** As many as a person labels before training. */
const LABELS = 1_000;
const COPY_ROWS = 250_000;
const SEED = 7;

/** The collections of these sizes, filled where they are not there yet. */
export async function filled(dataSource: DataSource, sizes: readonly number[]): Promise<Filled[]> {
  const found = await rows<Filled>(
    dataSource,
    `select c.images, c.id as "collectionId", m.id as "modelId" from winnow.collections c
       join winnow.models m on m.collection_id = c.id where c.images = any ($1) and c.name = 'people-' || c.images order by 1`,
    [sizes],
  );
  return found.length === sizes.length ? found : fill(dataSource, sizes);
}

/** Reads what pages are made of, by its indexes, so that it is in memory as on a server in use. */
export async function readIntoMemory(dataSource: DataSource, catalogs: readonly Filled[]): Promise<void> {
  await dataSource.transaction(async (tx) => {
    for (const scan of ['seqscan', 'bitmapscan', 'sort']) await rows(tx, `set local enable_${scan} = off`);
    await rows(tx, 'select max(uri) from (select uri from winnow.sources where image_id > 0 order by image_id) s');
    for (const { modelId } of catalogs) {
      await rows(tx, 'select count(score) from winnow.scores where model_id = $1 and score >= 0', [modelId]);
    }
  });
}

/**
 * Fills one catalog with a collection of each size. They share the images 1, 2, ... of the largest, each of which has a
 * hash, a source and a place in the collections; the scores of each go through COPY into a partition of their own.
 */
export async function fill(dataSource: DataSource, sizes: readonly number[]): Promise<Filled[]> {
  await timed('images', () => dataSource.transaction((tx) => fillImages(tx, Math.max(...sizes))));
  const filled: Filled[] = [];
  for (const images of sizes) {
    filled.push(await timed(`${images} scores`, () => fillCollection(dataSource, images)));
  }
  await timed('vacuum', async () => {
    for (const table of ['images', 'sources', 'collection_images', 'scores']) {
      await rows(dataSource, `vacuum (freeze, analyze) winnow.${table}`);
    }
    await rows(dataSource, 'analyze');
    await rows(dataSource, 'checkpoint');
  });
  return filled;
}

/** The truncate makes these tables new ones of this transaction, which are then written without a log. */
async function fillImages(tx: EntityManager, count: number): Promise<void> {
  await rows(tx, `set local maintenance_work_mem = '1GB'`);
  await rows(tx, 'truncate winnow.images, winnow.sources, winnow.collection_images restart identity cascade');
  const restore = await withoutIndexes(tx, ['images', 'sources']);
  await rows(
    tx,
    `insert into winnow.images (sha256, bytes, format, width, height, phash)
     select sha256(int4send(i)), 100000 + i % 50000, 'JPEG', 640, 480, hashint8extended(i, 0)
       from generate_series(1, $1::integer) i`,
    [count],
  );
  await rows(
    tx,
    `insert into winnow.sources (uri, image_id, bytes, modified_at)
     select format('/pictures/people/%s/%s.jpg', i % 1000, md5(i::text)), i, 100000 + i % 50000, now()
       from generate_series(1, $1::integer) i`,
    [count],
  );
  await restore();
}

async function fillCollection(dataSource: DataSource, images: number): Promise<Filled> {
  const { id: collectionId } = await ensureCollection(dataSource, `people-${images}`);
  await dataSource.transaction((tx) => fillMembers(tx, collectionId, images));
  const modelId = await dataSource.transaction((tx) => labelAndTrain(tx, collectionId, images));
  await dataSource.transaction(async (tx) => {
    const run = await createRun(tx, { collectionId, stage: 'CLASSIFY', options: {}, requestedBy: 'bench' });
    const table = await createScoreTable(tx, run.id);
    for (let first = 1; first <= images; first += COPY_ROWS) {
      const { imageIds, logits, scores } = bimodalScores(first, Math.min(COPY_ROWS, images + 1 - first), SEED);
      await copyScores(tx, table, modelId, imageIds, logits, scores);
    }
    await attachScores(tx, { runId: run.id, modelId });
  });
  return { images, collectionId, modelId };
}

/** The count is set by hand: the trigger would hold all new rows a second time. */
async function fillMembers(tx: EntityManager, collectionId: number, images: number): Promise<void> {
  const restore = await withoutForeignKeys(tx, ['collection_images']);
  await rows(tx, 'alter table winnow.collection_images disable trigger count_added_images');
  await rows(
    tx,
    `insert into winnow.collection_images (collection_id, image_id)
     select $1::integer, i from generate_series(1, $2::integer) i`,
    [collectionId, images],
  );
  await rows(tx, 'alter table winnow.collection_images enable trigger count_added_images');
  await rows(tx, 'update winnow.collections set images = $2 where id = $1', [collectionId, images]);
  await restore();
}

/** Labels spread over the collection, and a model as TRAIN records one. */
async function labelAndTrain(tx: EntityManager, collectionId: number, images: number): Promise<number> {
  const count = Math.min(LABELS, images);
  const labels = Array.from({ length: count }, (_, i): { imageId: number; value: LabelValue } => ({
    imageId: 1 + Math.floor((i * images) / count),
    value: i % 2 ? 'POSITIVE' : 'NEGATIVE',
  }));
  await setLabels(tx, { collectionId, labels, origin: 'HAND', who: 'bench' });
  const backbone = { name: 'bench', fingerprint: 'f'.repeat(64), size: 224, dimensions: 4, spec: {} };
  const { id: backboneId } = await ensureBackbone(tx, backbone);
  const run = await createRun(tx, { collectionId, stage: 'TRAIN', options: {}, requestedBy: 'bench' });
  const model = await recordModel(tx, {
    collectionId,
    backboneId,
    runId: run.id,
    head: 'LINEAR',
    options: {},
    fingerprint: 'm'.repeat(64),
    labelsDigest: 'd'.repeat(64),
    directory: 'models/bench',
    chosenEpoch: 1,
    metrics: { auc: 0.99 },
    labels: labels.map((label, i) => ({
      ...label,
      part: 'TRAINING',
      heldOutLogit: i / count - 0.5,
      heldOutScore: i / count,
    })),
    calibration: uncalibrated(),
  });
  return model.id;
}

/** Takes keys and indexes off the tables; they are built three times as fast over all rows at once. */
async function withoutIndexes(tx: EntityManager, tables: string[]): Promise<() => Promise<void>> {
  const putForeignKeys = await withoutForeignKeys(tx, tables);
  const constraints = await constraintsOf(tx, tables, ['p', 'u']);
  for (const { owner, name } of constraints) await rows(tx, `alter table ${owner} drop constraint ${name}`);
  const indexes = await rows<{ name: string; definition: string }>(
    tx,
    `select format('%I.%I', schemaname, indexname) as name, indexdef as definition
       from pg_indexes where schemaname = 'winnow' and tablename = any ($1)`,
    [tables],
  );
  for (const { name } of indexes) await rows(tx, `drop index ${name}`);
  return async () => {
    for (const { owner, name, definition } of constraints) {
      await rows(tx, `alter table ${owner} add constraint ${name} ${definition}`);
    }
    for (const { definition } of indexes) await rows(tx, definition);
    await putForeignKeys();
  };
}

/** Takes the foreign keys of and to the tables off; put back, they hold for what comes, without a look at what is there. */
async function withoutForeignKeys(tx: EntityManager, tables: string[]): Promise<() => Promise<void>> {
  const keys = await constraintsOf(tx, tables, ['f']);
  for (const { owner, name } of keys) await rows(tx, `alter table ${owner} drop constraint ${name}`);
  return async () => {
    for (const { owner, name, definition } of keys) {
      const unchecked = definition.endsWith('NOT VALID') ? definition : `${definition} not valid`;
      await rows(tx, `alter table ${owner} add constraint ${name} ${unchecked}`);
    }
  };
}

async function constraintsOf(tx: EntityManager, tables: string[], types: string[]) {
  return rows<{ owner: string; name: string; definition: string }>(
    tx,
    `select conrelid::regclass::text as owner, quote_ident(conname) as name, pg_get_constraintdef(c.oid) as definition
       from pg_constraint c join pg_class t on t.oid = c.conrelid
      left join pg_class other on other.oid = c.confrelid
      where c.connamespace = 'winnow'::regnamespace and (t.relname = any ($1) or other.relname = any ($1))
        and c.contype::text = any ($2)`,
    [tables, types],
  );
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  console.log(`filled ${what} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return result;
}
