import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { modelOf, score } from '../catalog/support.js';
import { startApi } from './api.js';
import type { ConnectionOf } from './api.js';
import { fillCatalog } from './catalog.js';

const FLIPS = `query ($from: FlipSide!, $to: FlipSide!, $order: FlipOrder! = SCORE_DESC, $first: Int, $after: String, $last: Int, $before: String) {
  flips(from: $from, to: $to, order: $order, first: $first, after: $after, last: $last, before: $before) {
    counts { toOk toNg }
    pageInfo { hasNextPage startCursor endCursor }
    edges { cursor node { was becomes score scoreBefore image { id uri score } } }
  }
}`;
interface Flip {
  was: string;
  becomes: string;
  score: number;
  scoreBefore: number;
  image: { id: string; uri: string; score: number };
}
type Flips = ConnectionOf<Flip> & { counts: { toOk: number; toNg: number } };

test('flips between two thresholds and between two models, counted both ways', async (t) => {
  const api = await startApi(t);
  const n = 60;
  const { modelId, collectionId, imageIds } = await fillCatalog(api.db, n);
  const second = await modelOf(api.db, collectionId);
  const scores = imageIds.map((_, i) => Math.fround(((i * 7) % n) / n));
  await score(api.db, second, imageIds.slice(0, 50), scores.slice(0, 50));
  const [one, two] = [encodeId('model', modelId), encodeId('model', second.id)];
  const flips = async (variables: object) => (await api.data<{ flips: Flips }>(FLIPS, variables)).flips;

  await t.test('of one model', async () => {
    const found = await flips({ from: { model: one }, to: { model: one, threshold: 0.65 }, first: 500 });
    assert.deepEqual(found.counts, { toOk: 0, toNg: 9 });
    assert.deepEqual(
      found.edges.map(({ node }) => Math.fround(node.score)),
      imageIds
        .map((_, i) => Math.fround((i + 0.5) / n))
        .filter((s) => s >= 0.5 && s < 0.65)
        .toReversed(),
    );
    assert.ok(
      found.edges.every(({ node }) => node.was === 'OK' && node.becomes === 'NG' && node.image.score === node.score),
    );
    const back = await flips({ from: { model: one, threshold: 0.65 }, to: { model: one } });
    assert.deepEqual(back.counts, { toOk: 9, toNg: 0 });
    assert.deepEqual((await flips({ from: { model: one }, to: { model: one } })).counts, { toOk: 0, toNg: 0 });
  });

  await t.test('of two models, paged both ways', async () => {
    const [from, to] = [{ model: one }, { model: two, threshold: 0.4 }];
    // The first and the last image are labelled, those from the 50th on have one score only.
    const expected = imageIds
      .map((imageId, i) => ({
        id: encodeId('image', imageId),
        was: (i + 0.5) / n >= 0.5,
        becomes: scores[i] >= Math.fround(0.4),
        score: scores[i],
      }))
      .filter(({ was, becomes }, i) => i > 0 && i < 50 && was !== becomes)
      .sort((a, b) => b.score - a.score);
    const seen: Flip[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: Flips = await flips({ from, to, first: 7, after });
      assert.deepEqual(page.counts, {
        toOk: expected.filter(({ becomes }) => becomes).length,
        toNg: expected.filter(({ was }) => was).length,
      });
      seen.push(...page.edges.map(({ node }) => node));
      [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
    }
    assert.deepEqual(
      seen.map(({ image }) => image.id),
      expected.map(({ id }) => id),
    );
    assert.ok(
      seen.every(
        ({ was, becomes }, i) => (was === 'OK') === expected[i].was && (becomes === 'OK') === expected[i].becomes,
      ),
    );
    assert.ok(seen.every(({ score, scoreBefore, image }) => image.score === score && scoreBefore !== score));
    const end = await flips({ from, to, last: 3 });
    const before = await flips({ from, to, last: 500, before: end.pageInfo.startCursor });
    assert.deepEqual(
      [...before.edges, ...end.edges].map(({ node }) => node.image.id),
      expected.map(({ id }) => id),
    );
  });

  await t.test('what cannot be asked is refused by name', async () => {
    const other = await fillCatalog(api.db, 5, 'others');
    const refused = async (variables: object) => {
      const { code, message } = await api.refusal(FLIPS, variables);
      return `${code} ${message}`;
    };
    const elsewhere = { model: encodeId('model', other.modelId) };
    assert.match(await refused({ from: { model: one }, to: elsewhere }), /^BAD_INPUT to\.model must be/);
    assert.match(
      await refused({ from: { model: one, threshold: 2 }, to: { model: one } }),
      /^BAD_INPUT from\.threshold must be/,
    );
    assert.match(await refused({ from: { model: encodeId('model', 999) }, to: { model: one } }), /^NOT_FOUND/);
    const { pageInfo } = await flips({ from: { model: one }, to: { model: one, threshold: 0.9 }, first: 2 });
    const foreign = { from: { model: one }, to: { model: two }, first: 2, after: pageInfo.endCursor };
    assert.match(await refused(foreign), /^BAD_INPUT after must be a cursor/);
  });
});
