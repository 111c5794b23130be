import { createHash } from 'node:crypto';

import type { DataSource } from 'typeorm';

import { ensureCollection } from '../../src/catalog/collections.js';
import { ensureBackbone } from '../../src/catalog/features.js';
import { recordModel } from '../../src/catalog/models.js';
import { createRun } from '../../src/catalog/runs.js';
import { recordImages, type IngestedFile } from '../../src/catalog/record-images.js';
import { attachScores, copyScores, createScoreTable } from '../../src/catalog/scores.js';
import { uncalibrated } from '../../src/ml/calibration.js';
import { rows } from '../../src/db.js';
import type { Collection, Model, StageName } from '../../src/entities/index.js';

/** The same numbers in every test run: mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A JPEG file whose bytes are known by `content`. */
export function file(uri: string, content: string, changes: Partial<IngestedFile> = {}): IngestedFile {
  const facts = {
    sha256: sha256(content),
    bytes: 1000,
    format: 'JPEG' as const,
    width: 640,
    height: 480,
    orientation: 1,
    frames: 1,
    phash: -(2n ** 63n) + BigInt(content.length),
  };
  return { uri, bytes: 1000, modifiedAt: new Date('2024-05-01T10:00:00.123Z'), facts, refused: null, ...changes };
}

export function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A collection of n images found at /<name>/0.jpg, /<name>/1.jpg, ...; ids in that order. */
export async function collectionOf(
  db: DataSource,
  n: number,
  name = 'shoes',
): Promise<{ collection: Collection; imageIds: number[] }> {
  const { id } = await ensureCollection(db, name);
  // Images get their ids in order of their hashes.
  const contents = Array.from({ length: n }, (_, i) => `${name} ${i}`).sort((a, b) => (sha256(a) < sha256(b) ? -1 : 1));
  const files = contents.map((content, i) => file(`/${name}/${i}.jpg`, content));
  const ids = await db.transaction((tx) => recordImages(tx, id, files));
  const collection = await ensureCollection(db, name);
  return { collection, imageIds: [...ids.values()].sort((a, b) => a - b) };
}

/** A collection of n images, for many thousands of them; the database must have no others. */
export async function largeCollection(
  db: DataSource,
  n: number,
): Promise<{ collection: Collection; imageIds: number[] }> {
  const { id } = await ensureCollection(db, 'large');
  const found = await db.transaction(async (tx) => {
    // The checks of foreign keys take most of the time, and nobody will miss them here.
    await rows(tx, 'alter table winnow.sources drop constraint sources_image_id_fkey');
    await rows(tx, 'alter table winnow.collection_images drop constraint collection_images_image_id_fkey');
    const made = await rows<{ id: number }>(
      tx,
      `insert into winnow.images (sha256, bytes, format, width, height, phash)
       select sha256(n::text::bytea), 1000, 'JPEG', 640, 480, n from generate_series(1, $1::integer) n returning id`,
      [n],
    );
    await rows(
      tx,
      `insert into winnow.sources (uri, image_id, bytes) select '/in/' || id || '.jpg', id, 1000 from winnow.images`,
    );
    await rows(
      tx,
      'insert into winnow.collection_images (collection_id, image_id) select $1::integer, id from winnow.images',
      [id],
    );
    return made;
  });
  await rows(db, 'vacuum analyze winnow.images, winnow.sources, winnow.collection_images');
  return { collection: await ensureCollection(db, 'large'), imageIds: found.map((row) => row.id) };
}

export async function newRun(db: DataSource, collectionId: number, stage: StageName = 'CLASSIFY'): Promise<number> {
  const run = await db.transaction((tx) => createRun(tx, { collectionId, stage, options: {}, requestedBy: 'test' }));
  return run.id;
}

/** A model of the collection that learnt from nothing. */
export async function modelOf(db: DataSource, collectionId: number): Promise<Model> {
  const backbone = await ensureBackbone(db, { name: 'test', fingerprint: 'f0', size: 224, dimensions: 4, spec: {} });
  const runId = await newRun(db, collectionId, 'TRAIN');
  const model = {
    collectionId,
    backboneId: backbone.id,
    runId,
    head: 'LINEAR' as const,
    options: {},
    fingerprint: 'f1',
    labelsDigest: 'd',
    directory: `models/${runId}`,
    chosenEpoch: 1,
    metrics: { auc: 0.9 },
    labels: [],
    calibration: uncalibrated(),
  };
  return db.transaction((tx) => recordModel(tx, model));
}

/** Scores images as a CLASSIFY run does, in two chunks; gives the run. */
export async function score(
  db: DataSource,
  model: Model,
  imageIds: number[],
  scores: ArrayLike<number>,
): Promise<number> {
  const runId = await newRun(db, model.collectionId);
  const table = await createScoreTable(db, runId);
  const half = imageIds.length >> 1;
  for (const [from, to] of [
    [0, half],
    [half, imageIds.length],
  ]) {
    const part = Float32Array.from(Array.prototype.slice.call(scores, from, to) as number[]);
    const ids = Int32Array.from(imageIds.slice(from, to));
    await db.transaction((tx) => copyScores(tx, table, model.id, ids, part.map(logit), part));
  }
  await db.transaction((tx) => attachScores(tx, { runId, modelId: model.id }));
  return runId;
}

export function logit(score: number): number {
  return Math.max(-100, Math.min(100, Math.log(score / (1 - score))));
}
