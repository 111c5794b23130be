import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setLabels } from '../../src/catalog/labels.js';
import { briefScorePage, scorePage, type ScoredImage, type ScoreOrder } from '../../src/catalog/page.js';
import { rows } from '../../src/db.js';
import { freshDatabase } from '../support/database.js';
import { collectionOf, modelOf, randomNumbers, score } from './support.js';

test('pages in both orders and both directions give every image of the range once, in order, also among equal scores', async (t) => {
  const db = await freshDatabase(t);
  const random = randomNumbers(3);
  const { collection, imageIds } = await collectionOf(db, 500);
  const model = await modelOf(db, collection.id);
  const scores = imageIds.map(() => Math.fround([0, 0.25, 0.65, 0.7, 1][Math.floor(random() * 5)]));
  await score(db, model, imageIds, scores);
  const all = imageIds.map((imageId, i) => ({ imageId, score: scores[i] }));
  const ascending = (a: { score: number; imageId: number }, b: { score: number; imageId: number }) =>
    a.score - b.score || a.imageId - b.imageId;
  const ranges = [
    [0, 1],
    [0.65, 0.7],
    [0.7, 0.7],
    [0.1, 0.2],
    [0.66, 1],
    [1, 1],
    [0, 0],
  ];
  for (const [min, max] of ranges) {
    const wanted = all.filter((row) => row.score >= Math.fround(min) && row.score <= Math.fround(max)).sort(ascending);
    for (const order of ['ASC', 'DESC'] as ScoreOrder[]) {
      const inOrder = (order === 'ASC' ? wanted : [...wanted].reverse()).map(({ imageId }) => imageId);
      const forward: ScoredImage[] = [];
      for (;;) {
        const asked = { modelId: model.id, min, max, order, first: 37, after: forward.at(-1) };
        const page = await scorePage(db, asked);
        const brief = page.map(({ imageId, score, verdict, uri }) => ({ imageId, score, verdict, uri }));
        assert.deepEqual(await briefScorePage(db, asked), brief);
        forward.push(...page);
        if (page.length < 37) break;
      }
      assert.deepEqual(
        forward.map(({ imageId }) => imageId),
        inOrder,
      );
      const backward: ScoredImage[] = [];
      for (;;) {
        const page = await scorePage(db, { modelId: model.id, min, max, order, last: 41, before: backward[0] });
        backward.unshift(...page);
        if (page.length < 41) break;
      }
      assert.deepEqual(
        backward.map(({ imageId }) => imageId),
        inOrder,
      );
    }
  }
  const outside = { score: 0.9, imageId: 3 };
  assert.deepEqual(await scorePage(db, { modelId: model.id, max: 0.7, order: 'ASC', first: 5, after: outside }), []);
});

test('a row says what is known of its image; the verdict is the label, else the score against the threshold', async (t) => {
  const db = await freshDatabase(t);
  const { collection, imageIds } = await collectionOf(db, 3);
  const model = await modelOf(db, collection.id);
  await score(db, model, imageIds, [0.2, 0.65, 0.9]);
  const labels = [{ imageId: imageIds[2], value: 'NEGATIVE' as const }];
  await db.transaction((tx) => setLabels(tx, { collectionId: collection.id, labels, origin: 'HAND', who: 'ann' }));
  await rows(db, `update winnow.sources set replaced_at = now() where uri = '/shoes/0.jpg'`);
  const verdicts = async (threshold?: number) =>
    (await scorePage(db, { modelId: model.id, order: 'ASC', first: 10, threshold })).map((row) => row.verdict);
  assert.deepEqual(await verdicts(), ['NG', 'OK', 'NG']);
  assert.deepEqual(await verdicts(0.65), ['NG', 'OK', 'NG'], '0.65 as a real is less than 0.65 as a double');
  assert.deepEqual(await verdicts(0.1), ['OK', 'OK', 'NG']);
  const [, middle, last] = await scorePage(db, { modelId: model.id, order: 'ASC', first: 10 });
  assert.deepEqual([middle.score, middle.label, middle.uri], [0.65, null, '/shoes/1.jpg']);
  assert.match(last.sha256, /^[0-9a-f]{64}$/);
  assert.ok(Math.abs(last.logit - Math.log(9)) < 1e-5);
  const [first] = await scorePage(db, { modelId: model.id, order: 'ASC', first: 1 });
  assert.equal(first.uri, null, 'it is nowhere any more');
});
