import { gzipSync } from 'node:zlib';

import type { Attack, Targets } from './attack.js';
import { JSON_BODY, TELLING, writer, NAMES, CREATE } from './attack.js';
import { bytes, http } from './wire.js';

/** Bodies of requests. */
export function bodies(on: Targets): Attack[] {
  const headers = { ...TELLING, ...writer };
  const send =
    (body: string | Buffer, more: Record<string, string> = {}) =>
    () =>
      http(on.closed, { headers: { ...headers, ...more }, body });
  const query = JSON.stringify({ query: NAMES });
  return [
    { name: 'body: a batch', send: send(`[${query},${query}]`), refused: [400, 'BAD_REQUEST'] },
    {
      name: 'body: larger than allowed',
      send: send(JSON.stringify({ query: NAMES, x: 'x'.repeat(200_000) })),
      refused: [413, 'BAD_INPUT'],
    },
    {
      name: 'body: small, but large when unpacked',
      send: send(gzipSync(Buffer.alloc(10_000_000, ' ')), { 'content-encoding': 'gzip' }),
      refused: [413, 'BAD_INPUT'],
    },
    {
      name: 'body: packed in an unknown way',
      send: send(query, { 'content-encoding': 'zip' }),
      refused: [415, 'BAD_INPUT'],
    },
    {
      name: 'body: not packed as it says',
      send: send(query, { 'content-encoding': 'gzip' }),
      refused: [400, 'BAD_INPUT'],
    },
    {
      name: 'body: in another character set',
      send: send(query, { 'content-type': 'application/json; charset=koi8-r' }),
      refused: [415, 'BAD_INPUT'],
    },
    { name: 'body: no JSON', send: send('{"query":'), refused: [400, 'BAD_INPUT'] },
    { name: 'body: nested without end', send: send('['.repeat(90_000)), refused: [400, 'BAD_INPUT'] },
    {
      name: 'body: no UTF-8',
      send: send(Buffer.from('7b227175657279223a227b20ff207d227d', 'hex')),
      refused: [400, 'GRAPHQL_PARSE_FAILED'],
    },
    { name: 'body: a number', send: send('7'), refused: [400, 'BAD_INPUT'] },
    { name: 'body: null', send: send('null'), refused: [400, 'BAD_INPUT'] },
    { name: 'body: nothing', send: send(''), refused: [400, 'BAD_REQUEST'] },
    { name: 'body: a query that is no text', send: send('{"query":{"__proto__":1}}'), refused: [400, 'BAD_REQUEST'] },
    {
      name: 'body: variables that are a list',
      send: send(`{"query":"${NAMES}","variables":[1]}`),
      refused: [400, 'BAD_REQUEST'],
    },
    {
      name: 'body: an operation of no such name',
      send: send(`{"query":"query A { __typename }","operationName":"constructor"}`),
      refused: [400, 'OPERATION_RESOLUTION_FAILURE'],
    },
    {
      name: 'body: a persisted query',
      send: send(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${'a'.repeat(64)}"}}}`),
      refused: [200, 'PERSISTED_QUERY_NOT_SUPPORTED'],
    },
  ];
}

/** What is around the body. */
export function methods(on: Targets): Attack[] {
  const form = (type: string) => () =>
    http(on.open, { headers: { 'content-type': type }, body: JSON.stringify({ query: CREATE }) });
  const get =
    (query: string, headers: Record<string, string> = {}) =>
    () =>
      http(on.open, { method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}`, headers });
  const method = (name: string) => () =>
    http(on.open, { method: name, headers: JSON_BODY, body: JSON.stringify({ query: CREATE }) });
  return [
    {
      name: 'method: a form as a page can send it',
      send: form('application/x-www-form-urlencoded'),
      refused: [400, 'BAD_REQUEST'],
    },
    { name: 'method: text as a page can send it', send: form('text/plain'), refused: [400, 'BAD_REQUEST'] },
    { name: 'method: a form of parts', send: form('multipart/form-data; boundary=x'), refused: [400, 'BAD_REQUEST'] },
    { name: 'method: a query by a link', send: get(NAMES), refused: [400, 'BAD_REQUEST'] },
    {
      name: 'method: a mutation by GET',
      send: get(CREATE, { 'apollo-require-preflight': '1' }),
      refused: [405, 'BAD_REQUEST'],
    },
    { name: 'method: PUT', send: method('PUT'), refused: [405, 'BAD_REQUEST'] },
    { name: 'method: DELETE', send: method('DELETE'), refused: [405, 'BAD_REQUEST'] },
    {
      name: 'method: POST to a picture',
      send: () => http(on.open, { path: `/pictures/${on.image}`, headers: JSON_BODY, body: '{}' }),
      refused: [404, 'NOT_FOUND'],
    },
    {
      name: 'method: two lengths',
      send: () =>
        bytes(
          on.open,
          'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        ),
      refused: [400, null],
    },
    { name: 'method: no HTTP', send: () => bytes(on.open, 'HELO there\r\n\r\n'), refused: [400, null] },
    {
      name: 'method: headers without end',
      send: () => bytes(on.open, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`),
      refused: [431, null],
    },
    { name: 'method: no host', send: () => bytes(on.open, 'GET / HTTP/1.1\r\n\r\n'), refused: [400, null] },
  ];
}
