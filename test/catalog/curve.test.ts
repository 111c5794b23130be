import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countsAt } from '../../src/catalog/counts.js';
import { curveOf } from '../../src/catalog/curve.js';
import { setLabels } from '../../src/catalog/labels.js';
import { suggestThreshold } from '../../src/catalog/suggest-threshold.js';
import { setThreshold } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import { freshDatabase } from '../support/database.js';
import { collectionOf, modelOf, randomNumbers, score } from './support.js';

test('a curve says at each threshold what counting there says, and the quality on the validation labels', async (t) => {
  const db = await freshDatabase(t);
  const random = randomNumbers(11);
  const { collection, imageIds } = await collectionOf(db, 1000);
  const model = await modelOf(db, collection.id);
  const scores = Float32Array.from(imageIds, (_, i) => (i % 7 === 0 ? Math.round(random() * 100) / 100 : random()));
  await score(db, model, imageIds.slice(0, 900), scores);
  const values = imageIds.map((_, i) => (random() < scores[i] ? ('POSITIVE' as const) : ('NEGATIVE' as const)));
  const labels = imageIds.flatMap((imageId, i) => (i % 5 === 0 ? [{ imageId, value: values[i] }] : []));
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  const validation = imageIds.map((imageId, i) => ({ imageId, i })).filter(({ i }) => i % 10 === 0 && i < 900);
  await rows(
    db,
    `insert into winnow.model_labels (model_id, image_id, value, part, held_out_score)
     select $1::integer, i, v, 'VALIDATION', s from unnest($2::integer[], $3::text[], $4::real[]) as t (i, v, s)`,
    [
      model.id,
      validation.map(({ imageId }) => imageId),
      validation.map(({ i }) => values[i]),
      validation.map(({ i }) => scores[i]),
    ],
  );

  const { points } = await curveOf(
    db,
    model.id,
    Array.from({ length: 101 }, (_, i) => i / 100),
  );
  for (const point of points) {
    const counts = await countsAt(db, { modelId: model.id, threshold: point.threshold });
    assert.deepEqual([point.ok, point.ng], [counts.ok, counts.ng], `${point.threshold}`);
    const reached = validation.filter(({ i }) => scores[i] >= Math.fround(point.threshold));
    const hits = reached.filter(({ i }) => values[i] === 'POSITIVE').length;
    const positives = validation.filter(({ i }) => values[i] === 'POSITIVE').length;
    assert.equal(point.precision, reached.length === 0 ? null : hits / reached.length);
    assert.equal(point.recall, hits / positives);
    const f1 = point.precision === null ? null : hits === 0 ? 0 : (2 * hits) / (reached.length + positives);
    assert.ok(f1 === point.f1 || Math.abs(f1! - point.f1!) < 1e-12);
  }

  const at = async (threshold: number) => (await curveOf(db, model.id, [threshold])).points[0];
  const precise = await suggestThreshold(db, model.id, { precision: 0.8 });
  assert.ok(precise.reached >= 0.8);
  assert.equal((await at(precise.threshold)).precision, precise.reached);
  for (const { threshold, precision } of points) assert.ok(threshold >= precise.threshold || precision! < 0.8);
  const complete = await suggestThreshold(db, model.id, { recall: 0.9 });
  assert.ok(complete.reached >= 0.9);
  assert.ok((await at(complete.threshold + 0.0001)).recall! < 0.9);
  const keep = await suggestThreshold(db, model.id, { keep: 400 });
  assert.equal((await countsAt(db, { modelId: model.id, threshold: keep.threshold })).ok, keep.reached);
  assert.ok(Math.abs(keep.reached - 400) <= 8);

  await setThreshold(db, { modelId: model.id, value: 0.65, who: 'ann' });
  const labelled = new Set(labels.map(({ imageId }) => imageId));
  const review = await suggestThreshold(db, model.id, { review: 50 });
  const { min, max } = review.review!;
  const within = imageIds.filter(
    (id, i) => i < 900 && !labelled.has(id) && scores[i] >= Math.fround(min) && scores[i] < Math.fround(max),
  );
  assert.deepEqual([review.threshold, review.reached], [Math.fround(0.65) && 0.65, within.length]);
  assert.ok(review.reached >= 50 && review.reached < 60 && min < 0.65 && max > 0.65);
  assert.equal((await suggestThreshold(db, model.id, { review: 720 })).reached, 720);

  const refused = (goal: Parameters<typeof suggestThreshold>[2], message: RegExp) =>
    assert.rejects(suggestThreshold(db, model.id, goal), { code: 'GOAL_UNREACHABLE', message });
  await refused({ keep: 100_000 }, /any threshold keeps \d+ to \d+/);
  await refused({ review: 721 }, /only 720 have a score and no label/);
  await rows(db, `update winnow.model_labels set value = 'NEGATIVE'`);
  await refused({ precision: 0.5 }, /the best is 0%/);
  await refused({ recall: 0.5 }, /there is no POSITIVE one/);
  const { id } = await modelOf(db, collection.id);
  await assert.rejects(suggestThreshold(db, id, { precision: 0.5 }), { message: /the model has none/ });
});
