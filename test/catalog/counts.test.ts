import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wrongCounts } from '../../src/catalog/check-counts.js';
import { countsAt } from '../../src/catalog/counts.js';
import { flipCounts, flipsPage } from '../../src/catalog/flips.js';
import { setLabels } from '../../src/catalog/labels.js';
import { addToCollection } from '../../src/catalog/record-images.js';
import { binEdge } from '../../src/catalog/score-bins.js';
import { attachScores, copyScores, createScoreTable, dropScores, scorePartition } from '../../src/catalog/scores.js';
import { revertThreshold, setThreshold, thresholdHistory, thresholdInForce } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import type { Model } from '../../src/entities/index.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { collectionOf, logit, modelOf, newRun, randomNumbers, score } from './support.js';

/** What countsAt must say, by looking at every image. The verdict is spelt out anew here, on purpose. */
async function countedOneByOne(db: TestDatabase, model: Model, threshold: number): Promise<object> {
  const [counts] = await rows<object>(
    db,
    `select $2::real as threshold, null as "thresholdId",
       count(*) filter (where s.score >= $2::real)::integer as above,
       count(*) filter (where s.score < $2::real)::integer as below,
       count(*) filter (where l.value = 'POSITIVE' or (l.value is null and s.score >= $2::real))::integer as ok,
       count(*) filter (where l.value = 'NEGATIVE' or (l.value is null and s.score < $2::real))::integer as ng,
       count(l.value)::integer as labelled,
       count(*) filter (where s.score is null)::integer as unscored
     from winnow.collection_images c
     left join winnow.scores s on s.model_id = $1 and s.image_id = c.image_id
     left join winnow.labels l on l.collection_id = c.collection_id and l.image_id = c.image_id and l.superseded_at is null
     where c.collection_id = $3`,
    [model.id, threshold, model.collectionId],
  );
  return counts;
}

/** Scores that lie on edges of bins, next to them, in heaps, at both ends, and anywhere. */
function awkwardScores(n: number, random: () => number): Float32Array {
  const bits = new Int32Array(1);
  const real = new Float32Array(bits.buffer);
  return Float32Array.from({ length: n }, () => {
    const kind = random();
    if (kind < 0.1) return 0;
    if (kind < 0.2) return 1;
    if (kind < 0.3) return 0.65;
    real[0] = kind < 0.7 ? Math.round(random() * 10_000) / 10_000 : random() ** 8;
    bits[0] += real[0] > 0 ? Math.floor(random() * 3) - 1 : 0;
    return Math.min(1, real[0]);
  });
}

const EDGES = [0, 1, 0.5, 0.65, 0.7, 0.3, 0.1, 1e-9, 0.00005, 0.0001, 0.9999, 0.99995, 0.99999994, 1e-45];

test('counts are exact at any threshold, with and without labels', async (t) => {
  const db = await freshDatabase(t);
  const random = randomNumbers(7);
  const { collection, imageIds } = await collectionOf(db, 3000);
  const model = await modelOf(db, collection.id);
  const scored = imageIds.slice(0, 2900);
  const scores = awkwardScores(scored.length, random);
  await score(db, model, scored, scores);
  const thresholds = [
    ...EDGES,
    ...Array.from({ length: 40 }, () => random()),
    ...Array.from({ length: 40 }, () => Math.round(random() * 10_000) / 10_000),
    ...Array.from({ length: 40 }, () => scores[Math.floor(random() * scores.length)]),
  ];
  const check = async () => {
    for (const threshold of thresholds) {
      const counts = await countsAt(db, { modelId: model.id, threshold });
      assert.deepEqual({ ...counts }, { ...(await countedOneByOne(db, model, threshold)) });
      assert.equal(counts.above + counts.below + counts.unscored, imageIds.length);
    }
  };
  await check();
  const labels = imageIds
    .filter(() => random() < 0.1)
    .map((imageId) => ({ imageId, value: random() < 0.5 ? ('POSITIVE' as const) : ('NEGATIVE' as const) }));
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  await check();
});

test('each of the 10,001 thresholds of four decimals is the edge of its bin, and what lies next to them is none', () => {
  for (let bin = 0; bin <= 10_000; bin += 1) {
    const value = Number((bin / 10_000).toFixed(4));
    assert.equal(binEdge(value), bin);
    if (value !== Math.fround(value)) assert.equal(binEdge(Math.fround(value)), null);
  }
  assert.equal(binEdge(0.65005), null);
});

test('flips are the difference of two counts, and labelled images never flip', async (t) => {
  const db = await freshDatabase(t);
  const random = randomNumbers(8);
  const { collection, imageIds } = await collectionOf(db, 800);
  const model = await modelOf(db, collection.id);
  await score(db, model, imageIds, awkwardScores(imageIds.length, random));
  const labels = imageIds
    .slice(0, 80)
    .map((imageId, i) => ({ imageId, value: i % 2 ? ('POSITIVE' as const) : ('NEGATIVE' as const) }));
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  const modelId = model.id;
  for (const [from, to] of [
    [0.5, 0.65],
    [0.65, 0.5],
    [0, 1],
    [1, 0],
    [0.3, 0.3],
    [0.7, 0.69995],
    [random(), random()],
  ]) {
    const [before, after] = [
      await countsAt(db, { modelId, threshold: from }),
      await countsAt(db, { modelId, threshold: to }),
    ];
    const flips = await flipCounts(db, { modelId, from, to });
    assert.equal(flips.toOk - flips.toNg, after.ok - before.ok);
    const listed: number[] = [];
    for (let position: { score: number; imageId: number } | undefined; ;) {
      const page = await flipsPage(db, { modelId, from, to, order: 'DESC', first: 50, after: position });
      for (const flip of page) {
        assert.equal(flip.becomes, to > from ? 'NG' : 'OK');
        assert.notEqual(flip.was, flip.becomes);
        listed.push(flip.imageId);
      }
      if (page.length < 50) break;
      position = page[page.length - 1];
    }
    assert.equal(new Set(listed).size, flips.toOk + flips.toNg);
    assert.ok(listed.every((id) => !imageIds.slice(0, 80).includes(id)));
  }
});

test('scores that are written in addition are in the counts at once, and only once', async (t) => {
  const db = await freshDatabase(t, { poolSize: 4 });
  const random = randomNumbers(9);
  const { collection, imageIds } = await collectionOf(db, 600);
  const model = await modelOf(db, collection.id);
  await score(db, model, imageIds.slice(0, 300), awkwardScores(300, random));
  const partition = (await scorePartition(db, model.id))!;
  const add = (from: number, to: number, crash = false) =>
    db.transaction(async (tx) => {
      const scores = awkwardScores(to - from, random);
      await copyScores(tx, partition, model.id, Int32Array.from(imageIds.slice(from, to)), scores.map(logit), scores);
      if (crash) throw new Error('power cut');
    });
  await assert.rejects(add(300, 400, true), /power cut/);
  assert.equal((await countsAt(db, { modelId: model.id })).unscored, 300);
  await Promise.all([add(300, 450), add(350, 500), add(250, 400), add(300, 500)]);
  assert.deepEqual(await wrongCounts(db, model.id), []);
  for (const threshold of EDGES) {
    const counts = await countsAt(db, { modelId: model.id, threshold });
    assert.deepEqual({ ...counts }, { ...(await countedOneByOne(db, model, threshold)) });
    assert.equal(counts.unscored, 100);
  }
});

test('scoring everything again takes the place of the older scores, all at once', async (t) => {
  const db = await freshDatabase(t, { poolSize: 6 });
  const { collection, imageIds } = await collectionOf(db, 500);
  const model = await modelOf(db, collection.id);
  await score(db, model, imageIds, new Float32Array(500).fill(0.9));
  const older = await scorePartition(db, model.id);

  // Readers at full tilt while the tables are swapped: they see 500 or 0 above, nothing in between.
  let swapped = false;
  const seen = new Set<number>();
  const reader = async () => {
    while (!swapped) {
      const counts = await countsAt(db, { modelId: model.id, threshold: 0.9 });
      assert.equal(counts.above + counts.below, 500);
      seen.add(counts.above);
    }
  };
  const readers = [reader(), reader(), reader()];
  const runId = await score(db, model, imageIds, new Float32Array(500).fill(0.1)).finally(() => (swapped = true));
  await Promise.all(readers);
  assert.ok([...seen].every((above) => above === 500 || above === 0));
  assert.equal((await countsAt(db, { modelId: model.id })).below, 500);
  assert.deepEqual(await wrongCounts(db, model.id), []);
  assert.notEqual(await scorePartition(db, model.id), older);
  assert.deepEqual(await rows(db, 'select to_regclass($1) as gone', [older]), [{ gone: null }]);

  const again = await db.transaction((tx) => attachScores(tx, { runId, modelId: model.id }));
  assert.deepEqual(again, { scores: 500 }, 'done again it does nothing');
});

test('a crash while a table is attached leaves the older scores and the full table, to be attached again', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 100);
  const model = await modelOf(db, collection.id);
  await score(db, model, imageIds, new Float32Array(100).fill(0.9));
  const runId = await newRun(db, collection.id);
  const table = await createScoreTable(db, runId);
  const ids = Int32Array.from(imageIds);
  const fill = new Float32Array(100).fill(0.2);
  await assert.rejects(
    db.transaction(async (tx) => {
      await copyScores(tx, table, model.id, ids, fill, fill);
      throw new Error('power cut');
    }),
  );
  await db.transaction((tx) => copyScores(tx, table, model.id, ids, fill, fill));
  await assert.rejects(
    db.transaction(async (tx) => {
      await attachScores(tx, { runId, modelId: model.id });
      throw new Error('power cut');
    }),
  );
  assert.equal((await countsAt(db, { modelId: model.id })).above, 100);
  assert.deepEqual(await wrongCounts(db, model.id), []);
  assert.equal(await createScoreTable(db, runId), table, 'it is kept as it is');
  assert.deepEqual(await db.transaction((tx) => attachScores(tx, { runId, modelId: model.id })), { scores: 100 });
  assert.equal((await countsAt(db, { modelId: model.id })).below, 100);
  await db.transaction((tx) => dropScores(tx, model.id));
  assert.deepEqual(
    { ...(await countsAt(db, { modelId: model.id, threshold: 0.5 })) },
    { threshold: 0.5, thresholdId: null, above: 0, below: 0, ok: 0, ng: 0, labelled: 0, unscored: 100 },
  );
  assert.equal(await scorePartition(db, model.id), null);
});

test('an attached table has the keys and the index of the parent once, and models do not mix', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 60);
  const [first, second] = [await modelOf(db, collection.id), await modelOf(db, collection.id)];
  assert.deepEqual([first.number, second.number], [1, 2]);
  await score(db, first, imageIds, new Float32Array(60).fill(0.9));
  await score(db, second, imageIds, new Float32Array(60).fill(0.1));
  const indexes = await rows<{ n: number; attached: number }>(
    db,
    `select count(*)::integer as n, count(h.inhparent)::integer as attached
       from pg_index x left join pg_inherits h on h.inhrelid = x.indexrelid where x.indrelid = $1::regclass`,
    [await scorePartition(db, second.id)],
  );
  assert.deepEqual(indexes, [{ n: 2, attached: 2 }]);
  const { imageIds: late } = await collectionOf(db, 5, 'other');
  await db.transaction((tx) => addToCollection(tx, collection.id, late));
  assert.deepEqual(
    { ...(await countsAt(db, { modelId: first.id, threshold: 0.5 })) },
    { threshold: 0.5, thresholdId: null, above: 60, below: 0, ok: 60, ng: 0, labelled: 0, unscored: 5 },
  );
  assert.equal((await countsAt(db, { modelId: second.id })).below, 60);
});

test('the newest threshold is in force, and every one is kept', async (t) => {
  const db = await freshDatabase(t);
  const { collection } = await collectionOf(db, 1);
  const { id: modelId } = await modelOf(db, collection.id);
  assert.deepEqual(
    [(await thresholdInForce(db, modelId)).value, (await thresholdInForce(db, modelId)).note],
    [0.5, 'default'],
  );
  await setThreshold(db, { modelId, value: 0.65, note: 'by eye', who: 'ann' });
  const set = await setThreshold(db, { modelId, value: 0.7, who: 'ann' });
  assert.ok(set.createdAt instanceof Date);
  assert.deepEqual(
    (await thresholdHistory(db, modelId)).map(({ value, note }) => [value, note]),
    [
      [0.7, null],
      [0.65, 'by eye'],
      [0.5, 'default'],
    ],
  );
  const counts = await countsAt(db, { modelId });
  assert.deepEqual([counts.threshold, counts.thresholdId], [0.7, set.id]);
  assert.equal((await countsAt(db, { modelId, threshold: 0.7 })).thresholdId, null);
  for (const value of [-0.001, 1.001, NaN, Infinity]) {
    await assert.rejects(setThreshold(db, { modelId, value, who: 'ann' }), { code: 'BAD_INPUT' });
    await assert.rejects(countsAt(db, { modelId, threshold: value }), { code: 'BAD_INPUT' });
  }
  await assert.rejects(setThreshold(db, { modelId: 99, value: 0.5, who: 'x' }), { code: 'NOT_FOUND' });
  await assert.rejects(thresholdInForce(db, 99), { code: 'NOT_FOUND' });
  await assert.rejects(countsAt(db, { modelId: 99, threshold: 0.5 }), { code: 'NOT_FOUND' });
});

test('going back to a threshold adds a record that says so, and going back twice goes forth', async (t) => {
  const db = await freshDatabase(t);
  const { collection } = await collectionOf(db, 1);
  const { id: modelId } = await modelOf(db, collection.id);
  const other = await modelOf(db, collection.id);
  await assert.rejects(revertThreshold(db, { modelId, who: 'ann' }), { code: 'CONFLICT' });
  const first = await thresholdInForce(db, modelId);
  await setThreshold(db, { modelId, value: 0.65, note: 'by eye', who: 'ann' });
  const back = await revertThreshold(db, { modelId, who: 'bob', note: 'too many lost' });
  assert.deepEqual([back.value, back.who], [0.5, 'bob']);
  assert.match(back.note!, /^back to 0\.5 of \d{4}-\d\d-\d\d \d\d:\d\d UTC by winnow: too many lost$/);
  assert.equal((await revertThreshold(db, { modelId, who: 'ann' })).value, 0.65);
  assert.equal((await revertThreshold(db, { modelId, to: first.id, who: 'ann' })).value, 0.5);
  assert.equal((await thresholdHistory(db, modelId)).length, 5);
  const foreign = await thresholdInForce(db, other.id);
  await assert.rejects(revertThreshold(db, { modelId, to: foreign.id, who: 'ann' }), { code: 'NOT_FOUND' });
  await assert.rejects(revertThreshold(db, { modelId: 99, who: 'ann' }), { code: 'NOT_FOUND' });
});
