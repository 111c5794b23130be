import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client } from 'pg';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

/** Field paths that a client may ask for in one go, and how many statements each takes, whatever the size of its page. */
const PATHS: Record<string, { query: string; statements: number }> = {
  'a page of images by score, as a grid shows it': {
    query:
      'images(model: $model, first: $n, order: SCORE_ASC) { edges { cursor node { id sha256 uri picture score logit verdict } } pageInfo { endCursor } }',
    statements: 1,
  },
  'with its total': {
    query:
      'images(model: $model, first: $n, scoreRange: { min: 0.1, max: 0.9 }) { totalCount edges { node { uri score verdict } } }',
    statements: 2,
  },
  'a page by filter and distance, with its total': {
    query:
      'images(model: $model, first: $n, order: THRESHOLD_DISTANCE, filter: { verdict: OK, formats: [JPEG] }) { totalCount totalCountIsExact edges { node { uri score verdict } } }',
    // model, threshold, page, count
    statements: 4,
  },
  'a page of a collection': {
    query: 'images(collection: $collection, first: $n) { edges { node { uri label { value } } } }',
    // collection, page, labels
    statements: 3,
  },
  'with all that is known of each image': {
    query: `images(model: $model, first: $n, order: SCORE_ASC) { edges { node {
      width height format bytes createdAt sources { uri bytes } few: sources(first: 1) { uri }
      label { value who } score other: scoreOf(model: $second) { verdict }
      failures(first: 2) { code run { stage collection { name } } }
    } } }`,
    // model, page, images, sources, labels, scores of the other model, failures, their runs, their collection
    statements: 9,
  },
  'runs with what belongs to each': {
    query: `runs(first: $n, filter: { stages: [INGEST] }) { edges { node {
      state progress itemsPerSecond secondsLeft collection { name labelCounts { positive } latestModel { number } }
      failures(first: 5) { edges { node { code uri image { sha256 uri } } } }
      end: failures(last: 1) { edges { node { code } } }
    } } }`,
    // runs, collections, latest models, failures both ways, their images, the images' sources
    statements: 7,
  },
  'runs with the number of their failures, and of all runs': {
    query:
      'runs(first: $n, filter: { stages: [INGEST] }) { totalCount edges { node { failures(first: 1) { totalCount } } } }',
    // runs, their number, failures, their numbers
    statements: 4,
  },
  'training runs with their models': {
    query:
      'runs(first: $n, filter: { stages: [TRAIN] }) { edges { node { model { number threshold { value } collection { name } } } } }',
    // runs, models, thresholds, collections
    statements: 4,
  },
  'models with what belongs to each': {
    query: `models(collection: $collection, first: $n) { edges { node {
      number backbone { name } metrics { validationAuc } epochs { loss } threshold { value } thresholds(first: 3) { value who }
      counts { ok ng } half: counts(threshold: 0.5) { above } run { stage requestedBy } collection { name }
    } } }`,
    // models, backbones, epochs, thresholds twice (one and three), counts, runs, collection
    statements: 7,
  },
  'models with what they make of the validation labels': {
    query: `models(collection: $collection, first: $n) { edges { node {
      validationPoints(points: 20) { threshold truePositives } validationAt { falsePositives } half: validationAt(threshold: 0.5) { trueNegatives }
    } } }`,
    // models, thresholds, validation labels with their scores
    statements: 3,
  },
  'images with their histories': {
    query: `images(model: $model, first: $n) { edges { node {
      original labelHistory { value who supersededAt collection { name } } scores { score verdict model { number threshold { value } } }
    } } }`,
    // page, images, label histories, their collections, scores, their models, thresholds
    statements: 7,
  },
  'runs with their failures by code': {
    query: `runs(first: $n, filter: { stages: [INGEST] }) { edges { node {
      failureGroups { code count examples(first: 3) { uri message image { picture } } }
    } } }`,
    // runs, groups, examples, images
    statements: 4,
  },
  'flips with their images': {
    query:
      'flips(from: { model: $model, threshold: 0.2 }, to: { model: $model }, first: $n) { totalCount counts { toNg } edges { cursor node { was image { uri score width } } } }',
    // sides, page, counts, scores, images
    statements: 5,
  },
  collections: {
    query:
      'collections(first: $n) { edges { node { name imageCount labelCounts { positive negative } latestModel { number counts { ok } } } } }',
    // collections, latest models, counts
    statements: 3,
  },
};

test('no field path takes more statements for a longer page', async (t) => {
  const api = await startApi(t);
  const catalogs = [];
  for (const name of ['a', 'b', 'c', 'd']) catalogs.push(await fillCatalog(api.db, 60, name));
  // Three more models for the first collection, and failures for every image of it.
  const { collectionId, modelId, imageIds, ingestRunId } = catalogs[0];
  await api.db.query(
    `with run as (
       insert into winnow.runs (collection_id, stage, state, finished_at)
       select $1, 'TRAIN', 'SUCCEEDED', now() from generate_series(1, 3) returning id),
     model as (
       insert into winnow.models (collection_id, number, backbone_id, run_id, head, options, fingerprint, labels_digest, directory, positives, negatives, chosen_epoch, metrics, calibration)
       select $1, 1 + row_number() over (), backbone_id, run.id, head, options, fingerprint, labels_digest, 'models/' || run.id, 1, 1, 1, metrics, calibration
         from winnow.models m, run where m.id = $2 returning id)
     insert into winnow.thresholds (model_id, value, who) select id, 0.5, 'test' from model`,
    [collectionId, modelId],
  );
  await api.db.query(
    `insert into winnow.failures (run_id, stage, image_id, code, message)
     select $1, 'EMBED', i, 'CORRUPT', 'Cut.' from unnest($2::integer[]) i`,
    [ingestRunId, imageIds],
  );
  const variables = {
    model: encodeId('model', modelId),
    second: encodeId('model', catalogs[1].modelId),
    collection: encodeId('collection', collectionId),
  };
  const record = recordStatements();
  t.after(() => record.stop());

  for (const [name, { query, statements }] of Object.entries(PATHS)) {
    await t.test(name, async () => {
      const used = Object.keys(variables).filter((variable) => query.includes(`$${variable}`));
      const text = `query (${['$n: Int', ...used.map((variable) => `$${variable}: ID!`)].join(', ')}) { ${query} }`;
      const sent = async (n: number) => {
        record.seen.length = 0;
        await api.data(text, {
          n,
          ...Object.fromEntries(Object.entries(variables).filter(([key]) => used.includes(key))),
        });
        return [...record.seen];
      };
      const one = await sent(2);
      assert.equal(one.length, statements, one.map((sql) => sql.replace(/\s+/g, ' ').slice(0, 100)).join('\n'));
      assert.deepEqual((await sent(20)).toSorted(), one.toSorted());
    });
  }

  await t.test('setting a threshold inserts one row and does nothing else', async () => {
    record.seen.length = 0;
    await api.data(`mutation ($model: ID!) { setThreshold(model: $model, value: 0.65) { value note } }`, {
      model: variables.model,
    });
    assert.equal(record.seen.length, 1);
    assert.match(record.seen[0], /^insert into winnow\.thresholds/i);
  });
});

/** Every statement that any connection of this process sends. */
function recordStatements(): { seen: string[]; stop(): void } {
  const seen: string[] = [];
  const prototype = Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function (this: unknown, ...args: unknown[]) {
    const [first] = args as [string | { text?: string }];
    const text = typeof first === 'string' ? first : first.text;
    // TypeORM writes the size of a page into the statement.
    if (text !== undefined && !/^set /i.test(text)) seen.push(text.replace(/LIMIT \d+$/, 'LIMIT n'));
    return query.apply(this, args);
  };
  return { seen, stop: () => void (prototype.query = query) };
}
