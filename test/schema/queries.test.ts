import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import type { ConnectionOf } from './api.js';
import { fillCatalog } from './catalog.js';

const PAGE = `query Page($model: ID!, $range: ScoreRange, $order: ImageOrder! = SCORE_DESC, $first: Int, $after: String, $last: Int, $before: String) {
  images(model: $model, scoreRange: $range, order: $order, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id uri score verdict } }
  }
}`;

type Images = ConnectionOf<{ id: string; uri: string; score: number; verdict: string }>;

const scoresOf = (images: Images) => images.edges.map(({ node }) => node.score);

test('pages of images by score', async (t) => {
  const api = await startApi(t);
  const { modelId, imageIds } = await fillCatalog(api.db, 40);
  const model = encodeId('model', modelId);
  const page = async (variables: object) => (await api.data<{ images: Images }>(PAGE, { model, ...variables })).images;
  const scores = imageIds.map((_, i) => (i + 0.5) / 40);
  const descending = scores.toReversed();

  await t.test('forward through all of them, either way', async () => {
    for (const [order, expected] of [['SCORE_DESC', descending] as const, ['SCORE_ASC', scores] as const]) {
      const seen: number[] = [];
      let after: string | null = null;
      for (let more = true, pages = 0; more && pages < 10; pages += 1) {
        const images: Images = await page({ order, first: 16, after });
        assert.equal(images.totalCount, 40);
        assert.equal(images.pageInfo.hasPreviousPage, pages > 0);
        assert.equal(images.pageInfo.startCursor, images.edges[0].cursor);
        seen.push(...scoresOf(images));
        more = images.pageInfo.hasNextPage;
        after = images.pageInfo.endCursor;
      }
      assert.deepEqual(seen, expected);
    }
  });

  await t.test('backward gives the same rows in the same order', async () => {
    const last = await page({ last: 5 });
    assert.deepEqual(scoresOf(last), descending.slice(-5));
    assert.deepEqual([last.pageInfo.hasPreviousPage, last.pageInfo.hasNextPage], [true, false]);
    const before = await page({ last: 100, before: last.pageInfo.startCursor });
    assert.deepEqual(scoresOf(before), descending.slice(0, -5));
    assert.deepEqual([before.pageInfo.hasPreviousPage, before.pageInfo.hasNextPage], [false, true]);
  });

  await t.test('a range counts exactly, both ends included', async () => {
    for (const [min, max, count] of [
      [0, 1, 40],
      [0.5125, 0.5125, 1],
      [0.5124, 0.5126, 1],
      [0.5126, 0.5127, 0],
      [0.25, 0.75, 20],
      [0.9875, 1, 1],
      [0, 0.0125, 1],
      [1, 1, 0],
      [0, 0, 0],
    ]) {
      const images = await page({ range: { min, max }, first: 500 });
      assert.deepEqual([images.totalCount, images.edges.length], [count, count], `${min}..${max}`);
    }
    assert.equal((await page({ range: { min: 0.75 } })).totalCount, 10);
    assert.equal((await page({ range: {} })).totalCount, 40);
  });

  await t.test('an empty page has no cursors', async () => {
    const images = await page({ range: { min: 1 } });
    assert.deepEqual(images.pageInfo, {
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });

  await t.test('labels decide over scores', async () => {
    const images = await page({ first: 500, order: 'SCORE_ASC' });
    const verdicts = images.edges.map(({ node }) => node.verdict);
    const expected = scores.map((score) => (score >= 0.5 ? 'OK' : 'NG'));
    expected[0] = 'OK';
    expected[39] = 'NG';
    assert.deepEqual(verdicts, expected);
    assert.equal(images.edges[3].node.uri, '/pictures/people/3.jpg');
  });

  await t.test('what cannot be asked is refused by name', async () => {
    for (const [variables, argument] of [
      [{ first: 0 }, 'first'],
      [{ first: 501 }, 'first'],
      [{ last: -1 }, 'last'],
      [{ first: 1, last: 1 }, 'last'],
      [{ first: 1, before: 'x' }, 'before'],
      [{ last: 1, after: 'x' }, 'after'],
      [{ after: 'bm9wZQ' }, 'after'],
      [{ range: { min: -0.1 } }, 'scoreRange.min'],
      [{ range: { max: 1.1 } }, 'scoreRange.max'],
      [{ range: { min: 0.6, max: 0.5 } }, 'scoreRange.max'],
      [{ model: encodeId('image', 1) }, 'model'],
      [{ model: 'nonsense' }, 'model'],
    ] as const) {
      const { code, message } = await api.refusal(PAGE, { model, ...variables });
      assert.equal(code, 'BAD_INPUT', JSON.stringify(variables));
      assert.ok(message.startsWith(`${argument} must be `), message);
    }
    assert.equal((await api.refusal(PAGE, { model: encodeId('model', 999) })).code, 'NOT_FOUND');
  });
});

test('an image tells everything about itself, however it was reached', async (t) => {
  const api = await startApi(t);
  const { modelId, collectionId, imageIds } = await fillCatalog(api.db, 20);
  const [model, collection, id] = [
    encodeId('model', modelId),
    encodeId('collection', collectionId),
    encodeId('image', imageIds[0]),
  ];
  interface Found {
    sha256: string;
    scoreOf: { score: number; logit: number; verdict: string; model: { id: string } };
    failures: { stage: string; code: string; image: { id: string }; run: { stage: string } }[];
  }
  const { image } = await api.data<{ image: Found }>(
    `query ($id: ID!, $model: ID!, $collection: ID!) {
      image(id: $id) {
        id sha256 width height format bytes frames picture uri
        sources { uri bytes modifiedAt } one: sources(first: 1) { uri }
        label(collection: $collection) { value who origin }
        scoreOf(model: $model) { score logit verdict model { id } }
        failures { stage code message attempt uri image { id } run { id stage } }
      }
    }`,
    { id, model, collection },
  );
  const { sha256, scoreOf, failures, ...rest } = image;
  const { score, logit, ...by } = scoreOf;
  assert.deepEqual(by, { verdict: 'OK', model: { id: model } });
  assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.equal(score, 0.025);
  assert.ok(Math.abs(logit - Math.log(0.025 / 0.975)) < 1e-5);
  assert.deepEqual(
    failures.map((failure) => [failure.stage, failure.code, failure.image.id, failure.run.stage]),
    [['RESIZE', 'VANISHED', id, 'INGEST']],
  );
  const modifiedAt = '2024-05-06T07:08:09.000Z';
  assert.deepEqual(rest, {
    id,
    width: 640,
    height: 480,
    format: 'JPEG',
    bytes: 1000,
    frames: 1,
    picture: `/pictures/${id}`,
    uri: '/pictures/people/0.jpg',
    sources: [
      { uri: '/pictures/people/0.jpg', bytes: 1000, modifiedAt },
      { uri: '/pictures/people/copies/0.jpg', bytes: 1000, modifiedAt },
    ],
    one: [{ uri: '/pictures/people/0.jpg' }],
    label: { value: 'POSITIVE', who: 'ann', origin: 'HAND' },
  });
  for (const field of ['label { value }', 'score', 'verdict']) {
    const { code, message } = await api.refusal(`query ($id: ID!) { image(id: $id) { ${field} } }`, { id });
    assert.equal(code, 'BAD_INPUT');
    assert.match(message, /^collection must be given|ask for scoreOf/);
  }
  assert.deepEqual(await api.data(`query ($id: ID!) { image(id: $id) { id } }`, { id: encodeId('image', 99_999) }), {
    image: null,
  });
});

test('a model tells how good it is, where its threshold stood and what it decides', async (t) => {
  const api = await startApi(t);
  const { modelId, trainRunId } = await fillCatalog(api.db, 40);
  const model = encodeId('model', modelId);
  const set = `mutation ($model: ID!, $value: Float!, $note: String, $who: String) {
    setThreshold(model: $model, value: $value, note: $note, who: $who) { value note who model { threshold { value } counts { threshold ok } } }
  }`;
  const { setThreshold } = await api.data<{ setThreshold: object }>(set, {
    model,
    value: 0.65,
    note: 'by eye',
    who: 'ann',
  });
  assert.deepEqual(setThreshold, {
    value: 0.65,
    note: 'by eye',
    who: 'ann',
    model: { threshold: { value: 0.65 }, counts: { threshold: 0.65, ok: 14 } },
  });

  const answer = await api.data<{ model: { epochs: { validationAuc: number }[]; run: object } }>(
    `query ($model: ID!) { model(id: $model) {
      id number head fingerprint labelsDigest labelCounts { positive negative } chosenEpoch options { epochs }
      backbone { name size dimensions fingerprint } metrics { validationAuc validationRecall loss }
      epochs { epoch loss validationLoss validationAuc validationAccuracy seconds } few: epochs(first: 1) { epoch }
      threshold { value note } thresholds { value note who }
      counts { threshold above below ok ng labelled unscored } all: counts(threshold: 0) { above below ok ng }
      run { id stage } collection { name question imageCount labelCounts { positive negative } latestModel { number } }
    } }`,
    { model },
  );
  const { epochs, run, ...rest } = answer.model;
  assert.equal(epochs.length, 3);
  assert.equal(epochs[1].validationAuc, 0.9);
  assert.deepEqual(run, { id: encodeId('run', trainRunId), stage: 'TRAIN' });
  assert.deepEqual(rest, {
    id: model,
    number: 1,
    head: 'LINEAR',
    fingerprint: 'e'.repeat(64),
    labelsDigest: 'd'.repeat(64),
    labelCounts: { positive: 0, negative: 0 },
    chosenEpoch: 3,
    options: { epochs: 3 },
    backbone: { name: 'test', size: 224, dimensions: 4, fingerprint: 'f'.repeat(64) },
    metrics: { validationAuc: 0.9, validationRecall: null, loss: null },
    few: [{ epoch: 1 }],
    threshold: { value: 0.65, note: 'by eye' },
    thresholds: [
      { value: 0.65, note: 'by eye', who: 'ann' },
      { value: 0.5, note: 'default', who: 'winnow' },
    ],
    counts: { threshold: 0.65, above: 14, below: 26, ok: 14, ng: 26, labelled: 2, unscored: 0 },
    all: { above: 40, below: 0, ok: 39, ng: 1 },
    collection: {
      name: 'people',
      question: 'Is this a person?',
      imageCount: 40,
      labelCounts: { positive: 1, negative: 1 },
      latestModel: { number: 1 },
    },
  });
});
