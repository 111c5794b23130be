import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';

import { claimChunk, countProgress } from '../../src/catalog/chunk-claims.js';
import { ensureCollection } from '../../src/catalog/collections.js';
import { addChunks, createRun, finishRun, startRun } from '../../src/catalog/runs.js';
import { SOCKET_LIMITS } from '../../src/http/subscriptions.js';
import { encodeId } from '../../src/schema/ids.js';
import { restartableServer } from '../support/restartable-server.js';
import { until } from '../support/waiting.js';
import type { Api } from './api.js';
import { startApi } from './api.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRESS = `subscription ($id: ID!) { runProgress(id: $id) { state total done collection { name } } }`;
const READ = 'read-0123456789abcdef';
const WRITE = 'write-0123456789abcdef';

interface Update {
  state: string;
  total: number | null;
  done: number;
  collection: { name: string };
}

test('a run is told as it is, as it changes, and ends the subscription with its own end', async (t) => {
  const api = await startApi(t);
  const client = connect(t, api);
  const { id, advance, start, finish } = await newRun(api);
  const updates = follow(client, id);
  await until('the first', () => updates.seen.length === 1);
  assert.deepEqual(updates.seen[0], { state: 'QUEUED', total: null, done: 0, collection: { name: 'people' } });
  await start(1000);
  await until('the start', () => updates.seen.at(-1)!.state === 'RUNNING');

  const [before, at] = [updates.seen.length, performance.now()];
  for (let done = 1; done <= 200; done++) await advance(done);
  await until('the last of many', () => updates.seen.at(-1)!.done === 200);
  const [told, seconds] = [updates.seen.length - before, (performance.now() - at) / 1000];
  assert.ok(told <= 10 * seconds + 2, `${told} updates in ${seconds} s`);

  await api.db.query(`update winnow.collections set name = 'renamed'`);
  await finish();
  await updates.ended;
  const last = { state: 'SUCCEEDED', total: 1000, done: 200, collection: { name: 'renamed' } };
  assert.deepEqual(updates.seen.at(-1), last, 'what belongs to the run is read anew');
  assert.equal(api.runChanges.watches(), 0);

  const late = follow(client, id);
  await late.ended;
  assert.deepEqual(late.seen, [last], 'a run that is over is told once');
});

test('changes that another process makes are told', async (t) => {
  const api = await startApi(t);
  const { id, number } = await newRun(api);
  const updates = follow(connect(t, api), id);
  await until('the first', () => updates.seen.length === 1);
  const script = `
    import { createDataSource } from './src/db.ts';
    import { finishRun, startRun } from './src/catalog/runs.ts';
    const db = await createDataSource({ url: process.argv[1], applicationName: 'winnow test worker' });
    await db.transaction((tx) => startRun(tx, ${number}, 5));
    await db.transaction((tx) => finishRun(tx, ${number}, 'SUCCEEDED', {}));
    await db.destroy();`;
  await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, api.db.url], {
    cwd: ROOT,
  });
  await updates.ended;
  assert.deepEqual([updates.seen.at(-1)!.state, updates.seen.at(-1)!.total], ['SUCCEEDED', 5]);
});

test('a subscription lives through a restart of the database', async (t) => {
  const server = await restartableServer();
  await t.test('what changed meanwhile is told', async (inner) => {
    const api = await startApi(inner, {}, { server: server.url });
    const { id, start, advance, finish } = await newRun(api);
    const updates = follow(connect(inner, api), id);
    await start(10);
    await until('the start', () => updates.seen.at(-1)?.state === 'RUNNING');
    await server.shutDown();
    const late = follow(connect(inner, api), id);
    await sleep(300);
    await server.start();
    await until('changes can be made again', () =>
      advance(1).then(
        () => true,
        () => false,
      ),
    );
    await until('the change', () => updates.seen.at(-1)!.done === 1);
    await until('who came while it was away', () => late.seen.at(-1)?.done === 1);
    await finish();
    await Promise.all([updates.ended, late.ended]);
    assert.equal(updates.seen.at(-1)!.state, 'SUCCEEDED');
  });
  await server.remove();
});

test('nothing is left of subscriptions that are closed, however they are', async (t) => {
  const api = await startApi(t);
  const { id } = await newRun(api);
  const client = connect(t, api);
  const some = Array.from({ length: 5 }, () => follow(client, id));
  await until('all are on', () => some.every(({ seen }) => seen.length === 1));
  assert.equal(api.runChanges.watches(), 5);
  some[0].close();
  await until('one is closed', () => api.runChanges.watches() === 4);
  client.terminate();
  await Promise.all(some.map(({ ended }) => ended));
  await until('its connection is cut', () => api.runChanges.watches() === 0);

  const listeners = () =>
    api.db.query(
      `select from pg_stat_activity where datname = current_database() and application_name like '%listener'`,
    );
  assert.equal(((await listeners()) as object[]).length, 1, 'one connection to the database for all');
  const last = follow(connect(t, api), id);
  await until('it is on', () => last.seen.length === 1);
  // That the server stops with it open, and the database is let go, is checked after the test.
});

test('a subscription has the limits of a request, and is all that is served', async (t) => {
  const api = await startApi(t, { WINNOW_INTROSPECTION: 'off' });
  const client = connect(t, api);
  const { id } = await newRun(api);
  const code = async (query: string, variables: Record<string, unknown> = { id }) => {
    const { errors } = await follow(client, id, query, variables).ended;
    return errors.map(({ extensions, message }) => `${String(extensions?.code)} ${message}`).join();
  };
  assert.match(await code('{ collections { edges { node { id } } } }'), /^BAD_REQUEST Only subscriptions/);
  assert.match(await code('mutation { createCollection(name: "x") { id } }'), /^BAD_REQUEST/);
  assert.match(await code('subscription {'), /^GRAPHQL_PARSE_FAILED/);
  assert.match(await code(`subscription { ${'a '.repeat(2_100)} }`), /^GRAPHQL_PARSE_FAILED/);
  assert.match(
    await code(PROGRESS.replace('total', 'totall')),
    /^GRAPHQL_VALIDATION_FAILED Cannot query field "totall" on type "Run"\.$/,
  );
  assert.match(
    await code(PROGRESS.replace('total', '__typename ...{ __type(name: "Run") { name } }')),
    /^GRAPHQL_VALIDATION/,
  );
  assert.match(await code('subscription { __schema { types { name } } }'), /^GRAPHQL_VALIDATION_FAILED/);
  assert.match(await code(PROGRESS, {}), /^BAD_INPUT Variable "\$id"/);
  assert.match(await code(PROGRESS, { id: 'x' }), /^BAD_INPUT id must be the id of a run/);
  assert.match(await code(PROGRESS, { id: encodeId('model', 1) }), /^BAD_INPUT id must be the id of a run/);
  assert.match(await code(PROGRESS, { id: encodeId('run', 999) }), /^NOT_FOUND id/);
  const deep = `subscription ($id: ID!) { runProgress(id: $id) { ${'collection { latestModel { '.repeat(6)} number ${'} }'.repeat(6)} } }`;
  assert.match(await code(deep), /^QUERY_TOO_LARGE/);
  const costly = PROGRESS.replace(
    'total',
    'failures(first: 500) { edges { node { image { failures(first: 100) { code } } } } }',
  );
  assert.match(await code(costly), /^QUERY_TOO_LARGE/);
  const doubling = Array.from({ length: 150 }, (_, i) => `fragment F${i} on Run { ...F${i + 1} ...F${i + 1} }`).join(
    ' ',
  );
  const at = performance.now();
  assert.match(
    await code(`subscription ($id: ID!) { runProgress(id: $id) { ...F0 } } ${doubling} fragment F150 on Run { id }`),
    /^QUERY_TOO_LARGE/,
  );
  assert.ok(performance.now() - at < 3_000, 'what doubles is refused in no time');
  assert.deepEqual(api.logged, []);

  const many = Array.from({ length: SOCKET_LIMITS.subscriptions + 1 }, () => follow(client, id));
  const { errors } = await many.at(-1)!.ended;
  assert.equal(errors[0].extensions?.code, 'QUERY_TOO_LARGE');
  await until('the others are on', () => many.slice(0, -1).every(({ seen }) => seen.length === 1));
});

test('who asks is checked as over HTTP', async (t) => {
  const open = await startApi(t);
  const { host } = new URL(open.url);
  assert.equal(await upgradeStatus(open, {}), 101);
  assert.equal(await upgradeStatus(open, { origin: `http://${host}` }), 101);
  assert.equal(await upgradeStatus(open, { origin: 'https://evil.example' }), 403);
  assert.equal(await upgradeStatus(open, { origin: 'null' }), 403);
  assert.equal(await upgradeStatus(open, { host: 'evil.example' }), 403);
  assert.equal(await upgradeStatus(open, {}, '/elsewhere'), 404);
  assert.equal(await upgradeStatus(open, { upgrade: 'h2c' }), 400);

  const closed = await startApi(t, { WINNOW_READ_TOKEN: READ, WINNOW_WRITE_TOKEN: WRITE });
  const { id } = await newRun(closed);
  assert.equal(await upgradeStatus(closed, { authorization: `Bearer ${READ}x` }), 401);
  assert.equal(await upgradeStatus(closed, { authorization: `Bearer ${READ}` }), 101);
  for (const token of [READ, WRITE]) {
    const updates = follow(connect(t, closed, { authorization: `Bearer ${token}` }), id);
    await until('it is on', () => updates.seen.length === 1);
  }
  for (const params of [
    {},
    { authorization: `Bearer ${READ}x` },
    { authorization: 7 },
    { token: READ },
    { authorization: READ },
  ]) {
    const { closed: close } = await follow(connect(t, closed, params), id).ended;
    assert.equal(close, 4403, JSON.stringify(params));
  }
});

async function newRun(api: Api) {
  const { id: collectionId } = await ensureCollection(api.db, 'people');
  const asked = { collectionId, stage: 'INGEST' as const, options: {}, requestedBy: 'test' };
  const { id: number } = await api.db.transaction((tx) => createRun(tx, asked));
  await api.db.transaction((tx) => addChunks(tx, number, [{}]));
  return {
    id: encodeId('run', number),
    number,
    start: (total: number) => api.db.transaction((tx) => startRun(tx, number, total)),
    /** Brings `done` to this number, as a worker does after each batch. */
    advance: async (done: number) => {
      const chunk = (await claimChunk(api.db, number, 1))!;
      await api.db.transaction((tx) => countProgress(tx, chunk, { ...chunk.counted, done }));
    },
    finish: () => api.db.transaction((tx) => finishRun(tx, number, 'SUCCEEDED', {})),
  };
}

function connect(t: TestContext, { url }: Api, connectionParams: Record<string, unknown> = {}): Client {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
  t.after(() => client.dispose());
  return client;
}

interface End {
  errors: readonly { message: string; extensions?: Record<string, unknown> }[];
  /** The code with which the connection was closed. */
  closed?: number;
}

/** What a subscription tells, and how it ended. */
function follow(client: Client, id: string, query = PROGRESS, variables: Record<string, unknown> = { id }) {
  const seen: Update[] = [];
  let close = (): void => undefined;
  const ended = new Promise<End>((resolve) => {
    const errors: End['errors'][number][] = [];
    close = client.subscribe<{ runProgress: Update }>(
      { query, variables },
      {
        next: (result) => {
          if (result.data) seen.push(result.data.runProgress);
          errors.push(...(result.errors ?? []));
        },
        error: (error) =>
          resolve(
            Array.isArray(error)
              ? { errors: error as End['errors'] }
              : { errors, closed: (error as { code: number }).code },
          ),
        complete: () => resolve({ errors }),
      },
    );
  });
  return { seen, ended, close };
}

function upgradeStatus({ url }: Api, headers: Record<string, string>, path = '/graphql'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, {
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'graphql-transport-ws',
        ...headers,
      },
    });
    asked.on('response', (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    asked.on('error', reject).end();
  });
}
