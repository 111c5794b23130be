import assert from 'node:assert/strict';
import { test } from 'node:test';

import { getIntrospectionQuery } from 'graphql';

import { encodeId } from '../../src/schema/ids.js';
import { LIMITS } from '../../src/schema/limits.js';
import type { Answer, Api } from './api.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

const deep = (levels: number) =>
  `{ collections(first: 1) { edges { node { ${'latestModel { collection { '.repeat(levels)} name ${'} }'.repeat(levels)} } } } }`;
const aliases = (n: number) =>
  `{ ${Array.from({ length: n }, (_, i) => `a${i}: collection(name: "x") { id }`).join(' ')} }`;

test('requests that ask too much are refused before they run', async (t) => {
  const api = await startApi(t);
  const { modelId } = await fillCatalog(api.db, 10);
  const model = encodeId('model', modelId);
  const code = async (query: string, variables?: object) => {
    const { status, errors } = await api.ask(query, variables);
    assert.notEqual(status, 500, JSON.stringify(errors));
    return errors && `${errors[0].extensions.code}`;
  };
  const page = (fields: string) =>
    `query ($n: Int) { images(model: "${model}", first: $n) { edges { node { ${fields} } } } }`;

  await t.test('deep', async () => {
    assert.equal(await code(deep(3)), undefined);
    assert.equal(await code(deep(5)), 'QUERY_TOO_LARGE');
    assert.equal(await code(deep(200)), 'QUERY_TOO_LARGE');
    const fragments = Array.from(
      { length: 20 },
      (_, i) => `fragment F${i} on Model { collection { latestModel { ...F${i + 1} } } }`,
    );
    const hidden = `{ model(id: "${model}") { ...F0 } } ${fragments.join(' ')} fragment F20 on Model { number }`;
    assert.equal(await code(hidden), 'QUERY_TOO_LARGE');
  });

  await t.test('aliased', async () => {
    assert.equal(await code(aliases(50)), undefined);
    assert.equal(await code(aliases(51)), 'QUERY_TOO_LARGE');
  });

  await t.test('costly, counted with its variables', async () => {
    assert.equal(await code(page('id uri score verdict sources { uri }'), { n: 500 }), undefined);
    const nested = page('sources(first: 100) { uri bytes } failures(first: 100) { code }');
    assert.equal(await code(nested, { n: 10 }), undefined);
    assert.equal(await code(nested, { n: 500 }), 'QUERY_TOO_LARGE');
    assert.equal(await code(nested.replace('$n: Int', '$n: Int = 500')), 'QUERY_TOO_LARGE');
    assert.equal(await code('{ runs { edges { node { failures { edges { node { code } } } } } } }'), 'QUERY_TOO_LARGE');
    // A negative size must not pay for a large one.
    const negative = `{ images(model: "${model}", first: 500) { edges { node { a: sources(first: -100000) { uri } failures(first: 100) { code } } } } }`;
    assert.equal(await code(negative), 'QUERY_TOO_LARGE');
    // Nor may a null where none is allowed, which fails one field only, hide the cost of the others.
    const mixed = `query ($order: ImageOrder = SCORE_ASC) {
      images(model: "${model}", order: $order) { totalCount }
      big: images(model: "${model}", first: 500) { edges { node { failures(first: 100) { code } } } } }`;
    assert.notEqual(await code(mixed, { order: null }), undefined);
  });

  await t.test('repeated by fragments or directives', async () => {
    const doubling = Array.from({ length: 16 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(
      ' ',
    );
    assert.ok(await code(`{ ...F0 } ${doubling} fragment F16 on Query { collections { edges { cursor } } }`));
    assert.ok(await code('{ ...A } fragment A on Query { ...A }'));
    assert.equal(await code(`{ ${'__typename @skip(if: false) '.repeat(20)} }`), undefined);
    assert.equal(await code(`{ ${'__typename @skip(if: false) '.repeat(21)} }`), 'QUERY_TOO_LARGE');
  });

  await t.test('long', async () => {
    assert.equal(await code(`{ ${'__typename '.repeat(LIMITS.tokens)} }`), 'GRAPHQL_PARSE_FAILED');
    const start = performance.now();
    for (const field of ['__typename', 'collections { edges { node { name } } }']) {
      await code(`{ ${`${field} `.repeat((LIMITS.tokens - 10) / (field.split(' ').length || 1))} }`);
    }
    assert.ok(performance.now() - start < 5_000, 'validating a long document takes long');
    const huge = await api.ask(QUERY, { padding: 'x'.repeat(110_000) });
    assert.deepEqual([huge.status, huge.errors?.[0].extensions.code], [413, 'BAD_INPUT']);
  });

  await t.test('batched', async () => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: QUERY }, { query: QUERY }]),
    });
    assert.equal(response.status, 400);
  });
});

/** Those who accept this get a 4xx for what GraphQL itself refuses. */
const JSON_BOTH_WAYS = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
const QUERY = '{ collections { edges { node { name } } } }';

test('malformed requests are refused with a 4xx that says how, and nothing is logged as a failure of ours', async (t) => {
  const api = await startApi(t);
  const send = async (body: string | Buffer, headers: Record<string, string> = {}, method = 'POST') => {
    const response = await fetch(`${api.url}/graphql`, {
      method,
      headers: { ...JSON_BOTH_WAYS, ...headers },
      body,
    });
    const text = await response.text();
    assert.ok(response.status >= 400 && response.status < 500, `${response.status} ${text}`);
    const { errors } = JSON.parse(text) as Answer;
    assert.doesNotMatch(text, /node_modules|\.ts:|\bat \w+ \(/);
    return errors?.[0].extensions.code;
  };
  assert.equal(await send('{"query":'), 'BAD_INPUT');
  assert.equal(await send('\u0000'), 'BAD_INPUT');
  assert.equal(await send('null'), 'BAD_INPUT');
  assert.equal(await send('"text"'), 'BAD_INPUT');
  assert.equal(await send('{"query":"{ a }"}', { 'content-encoding': 'gzip' }), 'BAD_INPUT');
  assert.equal(await send('{"query":"{ a }"}', { 'content-encoding': 'nonsense' }), 'BAD_INPUT');
  assert.equal(await send('{"query":"{ a }"}', { 'content-type': 'application/json; charset=klingon' }), 'BAD_INPUT');
  assert.ok(await send('{}'));
  assert.ok(await send('{"query":1}'));
  assert.ok(await send('{"query":"{ __typename }","variables":[1]}'));
  assert.equal(await send('{"query":"{"}'), 'GRAPHQL_PARSE_FAILED');
  assert.equal(await send('{"query":"{ nothing }"}'), 'GRAPHQL_VALIDATION_FAILED');
  assert.equal(await send('{"query":"query A { __typename } query B { __typename }"}'), 'OPERATION_RESOLUTION_FAILURE');
  assert.equal(await send('{"query":"query A { __typename }","operationName":"B"}'), 'OPERATION_RESOLUTION_FAILURE');
  assert.equal(await send('{"query":"subscription { __typename }"}'), 'GRAPHQL_VALIDATION_FAILED');
  assert.equal(
    await send('{"query":"query ($n: Int!) { collections(first: $n) { __typename } }","variables":{"n":"x"}}'),
    'BAD_INPUT',
  );
  assert.equal(
    await send('{"query":"{ collections(first: 3000000000) { __typename } }"}'),
    'GRAPHQL_VALIDATION_FAILED',
  );
  assert.deepEqual(api.logged, []);
  assert.equal((await fetch(`${api.url}/nothing`)).status, 404);
  assert.equal((await fetch(`${api.url}/pictures/%2e%2e%2f%2e%2e%2fetc%2fpasswd`)).status, 400);
});

test('what goes wrong inside is told by an id, and the log has the rest', async (t) => {
  const api = await startApi(t);
  await api.db.query('alter table winnow.collections rename to hidden');
  const { errors } = await api.ask(QUERY);
  assert.equal(errors?.length, 1);
  const [{ message, extensions }] = errors;
  assert.equal(extensions.code, 'INTERNAL');
  assert.match(extensions.id!, /^[0-9a-f-]{36}$/);
  assert.ok(message.includes(extensions.id!));
  assert.doesNotMatch(JSON.stringify(errors), /relation|select|winnow\.|stack/i);
  assert.equal(api.logged.length, 1);
  assert.equal(api.logged[0].details?.id, extensions.id);
  assert.match(String(api.logged[0].details?.error), /relation .* does not exist/);
});

test('text that Postgres cannot hold is refused by name', async (t) => {
  const api = await startApi(t);
  const create =
    'mutation ($name: String!, $question: String) { createCollection(name: $name, question: $question) { name } }';
  const refused = (variables: object) =>
    api.refusal(create, variables).then(({ code, message }) => `${code} ${message}`);
  assert.equal(
    await refused({ name: 'a\0b' }),
    'BAD_INPUT name must be a text without zero bytes, but is one with a zero byte.',
  );
  assert.equal(await refused({ name: '  ' }), 'BAD_INPUT name must be a text of 1 to 200 characters, but is blank.');
  assert.equal(
    await refused({ name: 'x'.repeat(201) }),
    'BAD_INPUT name must be a text of 1 to 200 characters, but is 201 long.',
  );
  assert.match(await refused({ name: 'x', question: 'y'.repeat(1001) }), /^BAD_INPUT question must be/);
  assert.deepEqual(await api.data(create, { name: "Robert'); drop table images;-- 🙂 \ud800" }), {
    createCollection: { name: "Robert'); drop table images;-- 🙂 \ufffd" },
  });
});

test('introspection is a switch', async (t) => {
  const introspect = (api: Api) =>
    api.ask(getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, inputValueDeprecation: true }));
  assert.equal((await introspect(await startApi(t))).errors, undefined);
  const closed = await startApi(t, { WINNOW_INTROSPECTION: 'off' });
  assert.equal((await introspect(closed)).errors?.[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  assert.doesNotMatch((await closed.refusal('{ collectionz { edges { cursor } } }')).message, /Did you mean/);
});
