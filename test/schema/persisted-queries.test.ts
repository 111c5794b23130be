import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { post, startApi } from './api.js';

const QUERY = '{ collections { edges { node { name } } } }';
const persisted = (query: string) => ({
  persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
});

test('a query that was sent once may be asked for by its hash, where that is switched on', async (t) => {
  const api = await startApi(t, { WINNOW_PERSISTED_QUERIES: 'on' });
  const codes = (answer: Awaited<ReturnType<typeof post>>) => answer.errors?.map(({ extensions }) => extensions.code);
  const extensions = persisted(QUERY);
  assert.deepEqual(codes(await post(api.url, { extensions })), ['PERSISTED_QUERY_NOT_FOUND']);
  const whole = await post(api.url, { query: QUERY, extensions });
  assert.deepEqual(whole.data, { collections: { edges: [] } });
  assert.deepEqual((await post(api.url, { extensions })).data, whole.data);
  const byGet = await fetch(`${api.url}/graphql?extensions=${encodeURIComponent(JSON.stringify(extensions))}`, {
    headers: { 'apollo-require-preflight': '1' },
  });
  assert.deepEqual(((await byGet.json()) as { data: unknown }).data, whole.data);

  const forged = await post(api.url, { query: '{ __typename }', extensions });
  assert.deepEqual([forged.status, codes(forged)], [400, ['BAD_REQUEST']]);
  const newer = await post(api.url, { extensions: { persistedQuery: { ...extensions.persistedQuery, version: 2 } } });
  assert.deepEqual([newer.status, codes(newer)], [400, ['BAD_REQUEST']]);
  const dear = `{ ${Array.from({ length: 60 }, (_, i) => `a${i}: collections { pageInfo { endCursor } }`).join(' ')} }`;
  assert.deepEqual(codes(await post(api.url, { query: dear, extensions: persisted(dear) })), ['QUERY_TOO_LARGE']);
  assert.deepEqual(codes(await post(api.url, { extensions: persisted(dear) })), ['PERSISTED_QUERY_NOT_FOUND']);
  assert.deepEqual(api.logged, []);
});
