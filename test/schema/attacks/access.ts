import type { Attack, Targets } from './attack.js';
import { TELLING, NAMES, CREATE, READ, WRITE } from './attack.js';
import type { Sent } from './wire.js';
import { http } from './wire.js';

/** Who asks. */
export function tokens(on: Targets): Attack[] {
  const body = JSON.stringify({ query: NAMES });
  const as =
    (headers: Record<string, string | string[]>, more: Sent = {}) =>
    () =>
      http(on.closed, { headers: { ...TELLING, ...headers }, body, ...more });
  const nobody = [401, 'UNAUTHENTICATED'] as const;
  const reader = { authorization: `Bearer ${READ}` };
  const change = (query: string) => as(reader, { body: JSON.stringify({ query }) });
  return [
    { name: 'token: none', send: as({}), refused: nobody },
    { name: 'token: wrong', send: as({ authorization: `Bearer ${WRITE}x` }), refused: nobody },
    { name: 'token: only its beginning', send: as({ authorization: `Bearer ${WRITE.slice(0, -1)}` }), refused: nobody },
    {
      name: 'token: as a password',
      send: as({ authorization: `Basic ${Buffer.from(`x:${WRITE}`).toString('base64')}` }),
      refused: nobody,
    },
    { name: 'token: two at once', send: as({ authorization: `Bearer ${READ}, Bearer ${WRITE}` }), refused: nobody },
    {
      name: 'token: in the address',
      send: as({}, { path: `/graphql?token=${WRITE}&access_token=${WRITE}` }),
      refused: nobody,
    },
    {
      name: 'token: in a cookie',
      send: as({ cookie: `authorization=Bearer ${WRITE}; token=${WRITE}` }),
      refused: nobody,
    },
    {
      name: 'token: in another header',
      send: as({ 'x-authorization': `Bearer ${WRITE}`, 'proxy-authorization': `Bearer ${WRITE}` }),
      refused: nobody,
    },
    {
      name: 'token: in the body',
      send: as({}, { body: JSON.stringify({ query: NAMES, authorization: `Bearer ${WRITE}` }) }),
      refused: nobody,
    },
    {
      name: 'token: none, for a picture',
      send: () => http(on.closed, { method: 'GET', path: `/pictures/${on.image}` }),
      refused: nobody,
    },
    {
      name: 'token: none, for a preflight',
      send: () => http(on.closed, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }),
      refused: nobody,
    },
    { name: 'scope: a mutation with the read token', send: change(CREATE), refused: [403, 'FORBIDDEN'] },
    {
      name: 'scope: a path to find out about',
      send: change('mutation { ingest(input: { collectionName: "x", paths: ["/etc"] }) { id } }'),
      refused: [403, 'FORBIDDEN'],
    },
    {
      name: 'scope: a mutation behind a query',
      send: as(reader, {
        body: JSON.stringify({
          query: `query A { __typename } mutation B { createCollection(name: "stolen") { id } }`,
          operationName: 'B',
        }),
      }),
      refused: [403, 'FORBIDDEN'],
    },
  ];
}

/** From where. */
export function hosts(on: Targets): Attack[] {
  const { port } = new URL(on.open);
  const as = (headers: Record<string, string>) => () =>
    http(on.open, { headers: { ...TELLING, ...headers }, body: JSON.stringify({ query: NAMES }) });
  const refused = [403, 'FORBIDDEN'] as const;
  return [
    { name: 'host: of another site', send: as({ host: `evil.example:${port}` }), refused },
    { name: 'host: that begins like ours', send: as({ host: `localhost.evil.example:${port}` }), refused },
    { name: 'host: with a user', send: as({ host: `localhost@evil.example` }), refused },
    { name: 'host: forwarded', send: as({ host: 'evil.example', 'x-forwarded-host': 'localhost' }), refused },
    { name: 'origin: of another site', send: as({ origin: 'https://evil.example' }), refused },
    { name: 'origin: null', send: as({ origin: 'null' }), refused },
    { name: 'origin: another port of this machine', send: as({ origin: 'http://127.0.0.1:1' }), refused },
  ];
}
