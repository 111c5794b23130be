import type { Attack, Targets } from './attack.js';
import { NAMES, CREATE, READ } from './attack.js';
import { http, socket } from './wire.js';

/** Over WebSocket. */
export function sockets(on: Targets): Attack[] {
  const init = { type: 'connection_init', payload: { authorization: `Bearer ${READ}` } };
  const operation = (query: string, variables: object = { id: on.run }, id = '1') => ({
    type: 'subscribe',
    id,
    payload: { query, variables },
  });
  const follow = 'subscription ($id: ID!) { runProgress(id: $id) { id } }';
  const talk =
    (...messages: (object | string | Buffer)[]) =>
    () =>
      socket(on.closed, { messages });
  const upgrade =
    (url: string, headers: Record<string, string>, path = '/graphql') =>
    () =>
      http(url, {
        method: 'GET',
        path,
        headers: {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          ...headers,
        },
      });
  const deep = `subscription ($id: ID!) { runProgress(id: $id) { ${'collection { latestModel { '.repeat(10)} number ${'} }'.repeat(10)} } }`;
  return [
    { name: 'socket: a message too large', send: talk('x'.repeat(200_000)), refused: [1009, null] },
    { name: 'socket: no JSON', send: talk('hello'), refused: [4400, null] },
    { name: 'socket: bytes', send: talk(Buffer.from([0xff, 0xfe, 0])), refused: [4400, null] },
    { name: 'socket: a type of no meaning', send: talk({ type: '__proto__' }), refused: [4400, null] },
    { name: 'socket: a subscription before anything', send: talk(operation(follow)), refused: [4401, null] },
    { name: 'socket: without a token', send: talk({ type: 'connection_init' }), refused: [4403, null] },
    {
      name: 'socket: with a wrong token',
      send: talk({ type: 'connection_init', payload: { authorization: `Bearer ${READ}x` } }),
      refused: [4403, null],
    },
    {
      name: 'socket: with a token in the wrong place',
      send: talk({ type: 'connection_init', payload: { headers: { authorization: `Bearer ${READ}` } } }),
      refused: [4403, null],
    },
    { name: 'socket: twice the same beginning', send: talk(init, init), refused: [4429, null] },
    {
      name: 'socket: twice the same id',
      send: talk(init, operation(follow), operation(follow)),
      refused: [4409, null],
    },
    {
      name: 'socket: another protocol',
      send: () => socket(on.closed, { messages: [], protocol: 'graphql-ws' }),
      refused: [1006, null], // the server agrees to none, and the client gives up
    },
    { name: 'socket: a query', send: talk(init, operation(NAMES, {})), refused: [1000, 'BAD_REQUEST'] },
    { name: 'socket: a mutation', send: talk(init, operation(CREATE, {})), refused: [1000, 'BAD_REQUEST'] },
    {
      name: 'socket: introspection',
      send: talk(init, operation('subscription { __schema { types { name } } }', {})),
      refused: [1000, 'GRAPHQL_VALIDATION_FAILED'],
    },
    {
      name: 'socket: no GraphQL',
      send: talk(init, operation('subscription {', {})),
      refused: [1000, 'GRAPHQL_PARSE_FAILED'],
    },
    { name: 'socket: deep', send: talk(init, operation(deep)), refused: [1000, 'QUERY_TOO_LARGE'] },
    {
      name: 'socket: an id of another thing',
      send: talk(init, operation(follow, { id: on.model })),
      refused: [1000, 'BAD_INPUT'],
    },
    {
      name: 'socket: an id like SQL',
      send: talk(init, operation(follow, { id: `' or 1=1 --` }, '__proto__')),
      refused: [1000, 'BAD_INPUT'],
    },
    {
      name: 'socket: variables that are a list',
      send: talk(init, operation(follow, [on.run])),
      refused: [4400, null],
    },
    {
      name: 'socket: more subscriptions than allowed',
      send: talk(init, ...Array.from({ length: 21 }, (_, i) => operation(follow, { id: on.run }, `${i}`))),
      refused: [1000, 'QUERY_TOO_LARGE'],
    },
    {
      name: 'socket: from a page of another site',
      send: upgrade(on.open, { origin: 'https://evil.example' }),
      refused: [403, 'FORBIDDEN'],
    },
    {
      name: 'socket: to a host of another name',
      send: upgrade(on.open, { host: 'evil.example' }),
      refused: [403, 'FORBIDDEN'],
    },
    {
      name: 'socket: with a wrong header',
      send: upgrade(on.closed, { authorization: `Bearer ${READ}x` }),
      refused: [401, 'UNAUTHENTICATED'],
    },
    { name: 'socket: elsewhere', send: upgrade(on.open, {}, '/pictures'), refused: [404, 'NOT_FOUND'] },
    {
      name: 'socket: of another version',
      send: upgrade(on.open, { 'sec-websocket-version': '99' }),
      refused: [400, null],
    },
  ];
}
