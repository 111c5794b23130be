import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countImages, imagesAsked } from '../../src/catalog/count-images.js';
import { setLabels } from '../../src/catalog/labels.js';
import type { ImageFilter, ImagesAsked } from '../../src/catalog/image-filter.js';
import { imagePage, type FoundImage, type ImageOrder } from '../../src/catalog/image-page.js';
import { setThreshold } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { collectionOf, modelOf, randomNumbers, score } from './support.js';

const T = Math.fround(0.65);

interface Known {
  imageId: number;
  score: number | null;
  label: 'POSITIVE' | 'NEGATIVE' | null;
  format: string;
  width: number;
  phash: bigint;
  failed: boolean;
  uri: string;
}

test('any filter in any order gives each of its images once, in order, in both directions, and counts them', async (t) => {
  const db = await freshDatabase(t);
  const { asked, known } = await filled(db);
  const random = randomNumbers(1);
  const hashes = new Map(
    (await rows<{ id: number; h: string }>(db, 'select id, hashint4extended(id, 7)::text as h from winnow.images')).map(
      ({ id, h }) => [id, BigInt(h)],
    ),
  );
  const orders: ImageOrder[] = [
    { by: 'SCORE', descending: true },
    { by: 'SCORE', descending: false },
    { by: 'DISTANCE', from: T },
    { by: 'NEWEST' },
    { by: 'RANDOM', seed: 7 },
  ];
  for (const filter of FILTERS(known)) {
    for (const order of orders) {
      const scoredOnly = order.by === 'SCORE' || order.by === 'DISTANCE';
      const wanted = known
        .filter((image) => (!scoredOnly || image.score !== null) && passes(image, filter, known))
        .sort(comparison(order, hashes))
        .map(({ imageId }) => imageId);
      const question = { ...asked, filter, scoredOnly };
      const what = JSON.stringify({ filter, order });
      const all = await paged(db, question, order, 20 + Math.floor(random() * 60), false);
      assert.deepEqual(
        all.map(({ imageId }) => imageId),
        wanted,
        what,
      );
      const back = await paged(db, question, order, 20 + Math.floor(random() * 60), true);
      assert.deepEqual(back, all, what);
      assert.deepEqual(await countImages(db, question), { count: wanted.length, exact: true }, what);
      const ids = await imagesAsked(db, question, 10_000);
      assert.deepEqual(
        ids.sort((a, b) => a - b),
        wanted.toSorted((a, b) => a - b),
        what,
      );
      for (const row of all) {
        const image = known.find(({ imageId }) => imageId === row.imageId)!;
        assert.deepEqual(
          [row.score && Math.fround(row.score), row.label, row.uri, row.verdict],
          [image.score, image.label, image.uri, verdictOf(image)],
        );
      }
    }
  }
});

const FILTERS = (known: Known[]): ImageFilter[] => [
  {},
  { score: { min: 0.3, max: 0.7 } },
  { score: { min: 0.7 }, verdict: 'NG' },
  { verdict: 'OK' },
  { verdict: 'NG' },
  { verdict: 'NG', score: { min: 0.2, max: 0.65 } },
  { verdict: 'OK', labelled: false },
  { verdict: 'OK', labelled: true },
  { verdict: 'OK', label: 'NEGATIVE' },
  { label: 'POSITIVE' },
  { labelled: false },
  { labelled: false, label: 'POSITIVE' },
  { sourcePrefix: '/shoes/1', failed: false },
  { sourcePrefix: '/shoes/%' },
  { formats: ['PNG', 'GIF'], width: { min: 600 }, verdict: 'OK' },
  { width: { max: 599 }, height: { min: 480 } },
  { failed: true },
  { near: { imageId: known[3].imageId, maxDistance: 2 } },
  { near: { imageId: known[3].imageId, maxDistance: 1 }, verdict: 'OK' },
];

function passes(image: Known, filter: ImageFilter, known: Known[]): boolean {
  const { score, verdict, label, labelled, sourcePrefix, formats, width, height, failed, near } = filter;
  const inside = (value: number | null, range?: { min?: number; max?: number }) =>
    range === undefined ||
    (value !== null && value >= Math.fround(range.min ?? 0) && value <= Math.fround(range.max ?? 1e9));
  const like = near && known.find(({ imageId }) => imageId === near.imageId)!;
  return (
    inside(image.score, score) &&
    (verdict === undefined || verdictOf(image) === verdict) &&
    (label === undefined || image.label === label) &&
    (labelled === undefined || (image.label !== null) === labelled) &&
    (sourcePrefix === undefined || image.uri.startsWith(sourcePrefix)) &&
    (formats === undefined || formats.some((format) => format === image.format)) &&
    inside(image.width, width) &&
    inside(480, height) &&
    (failed === undefined || image.failed === failed) &&
    (near === undefined || bits(image.phash ^ like!.phash) <= near.maxDistance)
  );
}

function verdictOf({ label, score }: Known): 'OK' | 'NG' | null {
  if (label !== null) return label === 'POSITIVE' ? 'OK' : 'NG';
  return score === null ? null : score >= T ? 'OK' : 'NG';
}

function comparison(order: ImageOrder, hashes: Map<number, bigint>): (a: Known, b: Known) => number {
  const byHash = (a: Known, b: Known) => (hashes.get(a.imageId)! < hashes.get(b.imageId)! ? -1 : 1);
  const ascending = (a: Known, b: Known) => a.score! - b.score! || a.imageId - b.imageId;
  switch (order.by) {
    case 'SCORE':
      return order.descending ? (a, b) => ascending(b, a) : ascending;
    case 'NEWEST':
      return (a, b) => b.imageId - a.imageId;
    case 'RANDOM':
      return byHash;
    case 'DISTANCE':
      return (a, b) => {
        const [upA, upB] = [a.score! >= T, b.score! >= T];
        return (
          Math.abs(a.score! - T) - Math.abs(b.score! - T) ||
          Number(upB) - Number(upA) ||
          (upA ? 1 : -1) * ascending(a, b)
        );
      };
  }
}

async function paged(db: TestDatabase, asked: ImagesAsked, order: ImageOrder, size: number, backward: boolean) {
  const all: FoundImage[] = [];
  for (;;) {
    const edge = backward ? all[0] : all.at(-1);
    const from = edge ? { score: edge.score ?? 0, imageId: edge.imageId } : null;
    const page = await imagePage(db, { ...asked, order, size, backward, from });
    if (backward) all.unshift(...page);
    else all.push(...page);
    if (page.length < size) return all;
  }
}

function bits(value: bigint): number {
  let n = 0;
  for (let rest = BigInt.asUintN(64, value); rest > 0n; rest &= rest - 1n) n += 1;
  return n;
}

/** 160 images of every kind; 150 scored, in heaps, on the threshold and as far from it on both sides; the next to the last labelled too. */
async function filled(
  db: TestDatabase,
): Promise<{ asked: Omit<ImagesAsked, 'filter' | 'scoredOnly'>; known: Known[] }> {
  const random = randomNumbers(5);
  const { collection, imageIds } = await collectionOf(db, 160);
  await collectionOf(db, 5, 'others');
  const model = await modelOf(db, collection.id);
  await setThreshold(db, { modelId: model.id, value: 0.65, who: 'ann' });
  const levels = [0, 0.2, 0.5, 0.6, 0.65, 0.7, 0.8, 1];
  const scores = imageIds.map(() => Math.fround(random() < 0.6 ? levels[Math.floor(random() * 8)] : random()));
  await score(db, model, imageIds.slice(0, 150), scores);
  const known = imageIds.map((imageId, i) => ({
    imageId,
    score: i < 150 ? scores[i] : null,
    label: i % 9 === 0 || i === 158 ? (random() < 0.5 ? ('POSITIVE' as const) : ('NEGATIVE' as const)) : null,
    format: ['JPEG', 'PNG', 'GIF'][i % 3],
    width: 500 + i,
    phash: BigInt.asIntN(64, (BigInt(i) << 60n) | BigInt(i % 16)),
    failed: i % 11 === 0,
    uri: `/shoes/${i}.jpg`,
  }));
  await rows(
    db,
    `update winnow.images i set format = k.format, width = k.width, phash = k.phash
       from unnest($1::integer[], $2::text[], $3::integer[], $4::bigint[]) as k (id, format, width, phash) where i.id = k.id`,
    [imageIds, known.map((k) => k.format), known.map((k) => k.width), known.map((k) => String(k.phash))],
  );
  await rows(
    db,
    `insert into winnow.failures (run_id, stage, image_id, code, message)
     select $1::integer, 'EMBED', id, 'CORRUPT', 'Cut.' from unnest($2::integer[]) id`,
    [model.runId, known.filter(({ failed }) => failed).map(({ imageId }) => imageId)],
  );
  const labels = known.flatMap(({ imageId, label }) => (label ? [{ imageId, value: label }] : []));
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  return { asked: { collectionId: collection.id, modelId: model.id, threshold: 0.65 }, known };
}
