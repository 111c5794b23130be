import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

const READ = 'read-0123456789abcdef';
const WRITE = 'write-0123456789abcdef';
const QUERY = '{ collections { edges { node { name } } } }';
const MUTATION = 'mutation { createCollection(name: "x") { name } }';

test('with tokens, reading needs one and changing needs the write token', async (t) => {
  const api = await startApi(t, { WINNOW_READ_TOKEN: READ, WINNOW_WRITE_TOKEN: WRITE });
  const { imageIds } = await fillCatalog(api.db, 2);
  const ask = async (query: string, authorization?: string) => {
    const { status, errors } = await api.ask(query, {}, authorization === undefined ? {} : { authorization });
    return [status, errors?.[0].extensions.code];
  };
  assert.deepEqual(await ask(QUERY), [401, 'UNAUTHENTICATED']);
  for (const wrong of [
    '',
    'Bearer',
    'Bearer ',
    `Basic ${READ}`,
    READ,
    `Bearer ${READ}x`,
    `Bearer ${READ.slice(1)}`,
    'Bearer null',
  ]) {
    assert.deepEqual(await ask(QUERY, wrong), [401, 'UNAUTHENTICATED'], wrong);
  }
  assert.deepEqual(await ask(QUERY, `Bearer ${READ}`), [200, undefined]);
  assert.deepEqual(await ask(MUTATION, `Bearer ${READ}`), [403, 'FORBIDDEN']);
  assert.deepEqual(await ask(`query A { __typename } ${MUTATION}`, `Bearer ${READ}`), [
    200,
    'GRAPHQL_VALIDATION_FAILED',
  ]);
  assert.deepEqual(await api.db.query('select count(*)::int as n from winnow.collections'), [{ n: 1 }]);
  assert.deepEqual(await ask(MUTATION, `bearer ${WRITE}`), [200, undefined]);
  assert.deepEqual(await ask(QUERY, `Bearer ${WRITE}`), [200, undefined]);
  // A token lets in from anywhere: another host name is no matter.
  assert.equal((await raw(api.url, { host: 'winnow.example', authorization: `Bearer ${READ}` })).status, 200);

  const picture = await fetch(`${api.url}/pictures/${encodeId('image', imageIds[0])}`);
  assert.deepEqual([picture.status, picture.headers.get('www-authenticate')], [401, 'Bearer realm="winnow"']);
  assert.equal((await fetch(`${api.url}/healthz`)).status, 200);
});

test('with the write token alone, reading needs it too; with the read token alone, nobody changes anything', async (t) => {
  const writers = await startApi(t, { WINNOW_WRITE_TOKEN: WRITE });
  assert.equal((await writers.ask(QUERY)).status, 401);
  assert.equal((await writers.ask(QUERY, {}, { authorization: `Bearer ${WRITE}` })).status, 200);
  const readers = await startApi(t, { WINNOW_READ_TOKEN: READ });
  assert.equal((await readers.ask(MUTATION, {}, { authorization: `Bearer ${READ}` })).status, 403);
  assert.equal((await readers.ask(MUTATION, {}, { authorization: 'Bearer ' })).status, 401);
});

test('without tokens, pages of other sites cannot use the browser of this machine', async (t) => {
  const api = await startApi(t);
  const { port } = new URL(api.url);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'localhost']) {
    assert.equal((await raw(api.url, { host })).status, 200, host);
  }
  for (const host of [
    `evil.example:${port}`,
    `localhost.evil.example:${port}`,
    '127.0.0.1.evil.example',
    '10.0.0.1',
    'a@b:c:d',
  ]) {
    assert.equal((await raw(api.url, { host })).status, 403, host);
  }
  assert.equal((await raw(api.url, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).status, 200);
  for (const origin of ['https://evil.example', 'null', '', `http://127.0.0.1:${port}`, 'http://localhost:1']) {
    assert.equal((await raw(api.url, { host: `localhost:${port}`, origin })).status, 403, origin);
  }
});

test('what a browser may send without asking first is refused', async (t) => {
  const api = await startApi(t);
  const code = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${api.url}/graphql${path}`, init);
    return response.status;
  };
  const query = `?query=${encodeURIComponent(QUERY)}`;
  assert.equal(await code(query), 400);
  assert.equal(await code(query, { headers: { 'apollo-require-preflight': '1' } }), 200);
  assert.equal(await code(query, { headers: { accept: 'application/json', 'content-type': 'application/json' } }), 200);
  const mutation = `?query=${encodeURIComponent(MUTATION)}`;
  assert.equal(await code(mutation, { headers: { 'apollo-require-preflight': '1' } }), 405);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const init = { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify({ query: MUTATION }) };
    assert.ok((await code('', init)) >= 400, type);
  }
  assert.equal(await code('', { method: 'OPTIONS', headers: { origin: 'http://x' } }), 403);
});

/** A POST whose Host header is what the test says; fetch does not let one set it. */
function raw(url: string, headers: Record<string, string>): Promise<{ status: number }> {
  const body = JSON.stringify({ query: QUERY });
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
    };
    request(`${url}/graphql`, options, (response) => {
      response.resume();
      resolve({ status: response.statusCode! });
    })
      .on('error', reject)
      .end(body);
  });
}
