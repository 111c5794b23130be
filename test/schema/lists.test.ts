import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import type { ConnectionOf } from './api.js';
import { fillCatalog } from './catalog.js';

const nodesOf = <Node>(connection: ConnectionOf<Node>) => connection.edges.map(({ node }) => node);

test('collections, models and runs in connections', async (t) => {
  const api = await startApi(t);
  const catalogs = [
    await fillCatalog(api.db, 10, 'a'),
    await fillCatalog(api.db, 10, 'b'),
    await fillCatalog(api.db, 10, 'c'),
  ];
  const names = async (args: string) => {
    const query = `{ collections${args} { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage } } }`;
    return nodesOf((await api.data<{ collections: ConnectionOf<{ name: string }> }>(query)).collections).map(
      ({ name }) => name,
    );
  };
  assert.deepEqual(await names(''), ['a', 'b', 'c']);
  assert.deepEqual(await names('(last: 2)'), ['b', 'c']);
  assert.deepEqual(await api.data('{ collection(name: "b") { id name } }'), {
    collection: { id: encodeId('collection', catalogs[1].collectionId), name: 'b' },
  });
  assert.deepEqual(await api.data('{ collection(name: "z") { id } }'), { collection: null });
  for (const args of ['', '(name: "a", id: "b")']) {
    const query = args === '' ? '{ collection { id } }' : `{ collection${args} { id } }`;
    assert.equal((await api.refusal(query)).code, 'BAD_INPUT');
  }

  const runs = `query ($filter: RunFilter, $first: Int, $after: String, $last: Int, $before: String) {
    runs(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      edges { node { stage state total done progress itemsPerSecond secondsLeft outcome options requestedBy collection { name } model { number } cancelRequested } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  interface Run {
    stage: string;
    model: object | null;
    progress: number;
    secondsLeft: number;
    outcome: object;
  }
  const ask = async (variables?: object) => (await api.data<{ runs: ConnectionOf<Run> }>(runs, variables)).runs;
  const stages = async (variables: object) => nodesOf(await ask(variables)).map(({ stage }) => stage);
  const collection = encodeId('collection', catalogs[0].collectionId);
  assert.deepEqual(await stages({ filter: { collection } }), ['CLASSIFY', 'TRAIN', 'INGEST']);
  const [, train, ingest] = nodesOf(await ask({ filter: { collection } }));
  assert.deepEqual(train.model, { number: 1 });
  assert.deepEqual([ingest.progress, ingest.secondsLeft, ingest.outcome, ingest.model], [1, 0, { images: 10 }, null]);
  assert.equal((await ask()).edges.length, 9);
  assert.deepEqual(await stages({ filter: { stages: ['TRAIN'], states: ['SUCCEEDED'] } }), ['TRAIN', 'TRAIN', 'TRAIN']);
  assert.deepEqual(await stages({ filter: { stages: [] } }), []);
  const page = await ask({ filter: { collection }, first: 2 });
  assert.deepEqual(
    nodesOf(page).map(({ stage }) => stage),
    ['CLASSIFY', 'TRAIN'],
  );
  assert.deepEqual(await stages({ filter: { collection }, first: 2, after: page.pageInfo.endCursor }), ['INGEST']);
  assert.deepEqual(await stages({ filter: { collection }, last: 1 }), ['INGEST']);

  const failures = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { run(id: $id) {
    failures(first: $first, after: $after, last: $last, before: $before) { edges { cursor node { code uri image { id } } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } }
  } }`;
  const id = encodeId('run', catalogs[0].ingestRunId);
  const failuresOf = async (variables: object) =>
    (await api.data<{ run: { failures: ConnectionOf<object> } }>(failures, { id, ...variables })).run.failures;
  const all = await failuresOf({});
  assert.equal(all.edges.length, 8);
  const first = await failuresOf({ first: 3 });
  assert.deepEqual([first.edges.length, first.pageInfo.hasNextPage], [3, true]);
  const rest = await failuresOf({ first: 500, after: first.pageInfo.endCursor });
  assert.deepEqual([...first.edges, ...rest.edges], [...all.edges]);
  const end = await failuresOf({ last: 2, before: all.edges[7].cursor });
  assert.deepEqual([...end.edges], all.edges.slice(5, 7));
  assert.deepEqual([end.pageInfo.hasPreviousPage, end.pageInfo.hasNextPage], [true, true]);

  assert.deepEqual(
    await api.data('query ($c: ID!) { models(collection: $c) { edges { node { number threshold { value } } } } }', {
      c: collection,
    }),
    {
      models: { edges: [{ node: { number: 1, threshold: { value: 0.5 } } }] },
    },
  );
});

test('labels are given, counted and taken back', async (t) => {
  const api = await startApi(t);
  const { collectionId, imageIds } = await fillCatalog(api.db, 10);
  const other = await fillCatalog(api.db, 2, 'other');
  const collection = encodeId('collection', collectionId);
  const images = imageIds.slice(2, 5).map((id) => encodeId('image', id));
  const label = `mutation ($collection: ID!, $images: [ID!]!, $value: LabelValue!) {
    setLabels(collection: $collection, images: { ids: $images }, value: $value, who: "bob") { changed unchanged } }`;
  const withdraw = `mutation ($collection: ID!, $images: [ID!]!) {
    withdrawLabels(collection: $collection, images: { ids: $images }) { changed unchanged collection { labelCounts { positive } } } }`;
  const counts = async () => {
    const query = 'query ($id: ID!) { collection(id: $id) { labelCounts { positive negative } } }';
    return (await api.data<{ collection: { labelCounts: object } }>(query, { id: collection })).collection.labelCounts;
  };

  assert.deepEqual(await api.data(label, { collection, images, value: 'POSITIVE' }), {
    setLabels: { changed: 3, unchanged: 0 },
  });
  assert.deepEqual(await api.data(label, { collection, images: [...images, images[0]], value: 'POSITIVE' }), {
    setLabels: { changed: 0, unchanged: 3 },
  });
  assert.deepEqual(await counts(), { positive: 4, negative: 1 });
  assert.deepEqual(await api.data(withdraw, { collection, images: images.slice(1) }), {
    withdrawLabels: { changed: 2, unchanged: 0, collection: { labelCounts: { positive: 2 } } },
  });
  assert.deepEqual(await counts(), { positive: 2, negative: 1 });

  const stranger = encodeId('image', other.imageIds[0]);
  assert.equal(
    (await api.refusal(label, { collection, images: [images[2], stranger], value: 'NEGATIVE' })).code,
    'NOT_FOUND',
  );
  assert.deepEqual(await counts(), { positive: 2, negative: 1 });
  for (const [variables, message] of [
    [{ images: [] }, /^images\.ids must be a list of 1 to 2000 items, but is 0 long/],
    [{ images: ['x'] }, /^images\.ids\.0 must be the id of an image/],
    [{ images: [images[0], collection] }, /^images\.ids\.1 must be .*that of a collection/],
    [{ collection: images[0] }, /^collection must be/],
  ] as const) {
    const refused = await api.refusal(label, { collection, images, value: 'POSITIVE', ...variables });
    assert.equal(refused.code, 'BAD_INPUT');
    assert.match(refused.message, message);
  }
});
