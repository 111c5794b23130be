import assert from 'node:assert/strict';
import { test } from 'node:test';

import { recount, wrongCollectionCounts, wrongCounts } from '../../src/catalog/check-counts.js';
import { countsAt } from '../../src/catalog/counts.js';
import { setLabels, undoLabels, withdrawLabels } from '../../src/catalog/labels.js';
import { attachScores, copyScores, createScoreTable, scorePartition } from '../../src/catalog/scores.js';
import { rows } from '../../src/db.js';
import { freshDatabase } from '../support/database.js';
import { collectionOf, logit, modelOf, newRun, randomNumbers, score } from './support.js';

const IMAGES = 400;

test('labels, added scores and whole new scores at the same time leave every count right', async (t) => {
  const db = await freshDatabase(t, { poolSize: 8 });
  const random = randomNumbers(21);
  const { collection, imageIds } = await collectionOf(db, IMAGES);
  const collectionId = collection.id;
  const models = [await modelOf(db, collectionId), await modelOf(db, collectionId)];
  for (const model of models) await score(db, model, imageIds.slice(0, 200), imageIds.map(random));
  const some = () => imageIds.filter(() => random() < 0.1);
  const label = () =>
    db.transaction((tx) => {
      const labels = some().map((imageId) => ({
        imageId,
        value: random() < 0.5 ? ('POSITIVE' as const) : ('NEGATIVE' as const),
      }));
      return setLabels(tx, { collectionId, labels, origin: 'HAND', who: 'ann' });
    });
  const withdraw = () => db.transaction((tx) => withdrawLabels(tx, { collectionId, imageIds: some(), who: 'ann' }));
  const undo = () => db.transaction((tx) => undoLabels(tx, { collectionId, imageIds: some(), who: 'ann' }));
  const add = async () => {
    const { id } = models[Math.floor(2 * random())];
    const ids = some();
    const scores = Float32Array.from(ids, random);
    const partition = (await scorePartition(db, id))!;
    await db.transaction((tx) => copyScores(tx, partition, id, Int32Array.from(ids), scores.map(logit), scores));
  };
  const scoreAnew = async () => {
    const { id } = models[0];
    const runId = await newRun(db, collectionId);
    const table = await createScoreTable(db, runId);
    const scores = Float32Array.from(imageIds, random);
    await db.transaction((tx) => copyScores(tx, table, id, Int32Array.from(imageIds), scores.map(logit), scores));
    await db.transaction((tx) => attachScores(tx, { runId, modelId: id }));
  };
  const crash = () =>
    assert.rejects(
      db.transaction(async (tx) => {
        await setLabels(tx, {
          collectionId,
          labels: [{ imageId: imageIds[0], value: 'POSITIVE' }],
          origin: 'HAND',
          who: 'x',
        });
        throw new Error('power cut');
      }),
      /power cut/,
    );

  for (let round = 0; round < 6; round += 1) {
    await Promise.all([label(), add(), withdraw(), label(), undo(), add(), crash(), label(), undo()]);
    await Promise.all([scoreAnew(), label(), withdraw(), add().catch(isPartitionGone)]);
    assert.deepEqual(await wrongCollectionCounts(db, collectionId), []);
    for (const { id } of models) assert.deepEqual(await wrongCounts(db, id), []);
  }
});

test('a count that is wrong is found, and put right by counting anew', async (t) => {
  const db = await freshDatabase(t);
  const random = randomNumbers(22);
  const { collection, imageIds } = await collectionOf(db, 50);
  const { id: modelId } = await modelOf(db, collection.id);
  await score(db, { id: modelId, collectionId: collection.id } as never, imageIds, imageIds.map(random));
  const labels = imageIds.slice(0, 9).map((imageId) => ({ imageId, value: 'POSITIVE' as const }));
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  const right = await countsAt(db, { modelId });

  await rows(
    db,
    `update winnow.score_bins set images = images + 2, positives = 0
      where model_id = $1 and bin = (select min(bin) from winnow.score_bins where positives > 0)`,
    [modelId],
  );
  const wrong = await wrongCounts(db, modelId);
  assert.deepEqual(
    wrong.map(({ what, kept, counted }) => [what.replace(/\d+/g, 'n'), kept.images - counted.images]),
    [
      ['bin n', 2],
      ['bins n to n', 2],
    ],
  );
  await rows(db, 'update winnow.collections set positives = 1 where id = $1', [collection.id]);
  const [own] = await wrongCollectionCounts(db, collection.id);
  assert.deepEqual([own.what, own.kept.positives, own.counted.positives], ['collection', 1, 9]);

  await db.transaction((tx) => recount(tx, modelId));
  assert.deepEqual(await wrongCounts(db, modelId), []);
  await rows(db, 'update winnow.collections set positives = 9 where id = $1', [collection.id]);
  assert.deepEqual(await countsAt(db, { modelId }), right);
});

/** The partition that was to be added to has been exchanged meanwhile; a worker would try again. */
function isPartitionGone(error: Error): void {
  assert.match(error.message, /there is no table|does not exist/);
}
