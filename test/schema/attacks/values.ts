import { encodeCursor } from '../../../src/schema/cursors.js';
import { encodeId } from '../../../src/schema/ids.js';
import type { Attack, Targets } from './attack.js';
import { INGEST, EXPORT, ask } from './attack.js';
import { http } from './wire.js';

/** Paths that lead out of the folders that may be used. */
export function paths(on: Targets): Attack[] {
  const outside: [name: string, path: string][] = [
    ['absolute', '/etc'],
    ['a file', '/etc/passwd'],
    ['up', `${on.folder}/../..`],
    ['up and down', `${on.folder}/../../../../etc`],
    ['a neighbour of the same beginning', `${on.folder}-other`],
    ['a symbolic link', `${on.folder}/way-out`],
    ['below a symbolic link', `${on.folder}/way-out/passwd`],
    ['a symbolic link to nothing', `${on.folder}/nowhere`],
  ];
  const notAbsolute: [name: string, path: string][] = [
    ['relative', '.'],
    ['a home', '~/x'],
    ['a URL', 'file:///etc/passwd'],
  ];
  const refused = [200, 'PATH_NOT_ALLOWED'] as const;
  const bothWays = (name: string, path: string, how: Attack['refused']): Attack[] => [
    {
      name: `path: ingest, ${name}`,
      send: () => ask(on, INGEST, { input: { collectionName: 'stolen', paths: [path] } }),
      refused: how,
    },
    {
      name: `path: export, ${name}`,
      send: () => ask(on, EXPORT, { input: { collection: on.collection, directory: path } }),
      refused: how,
    },
  ];
  return [
    ...outside.flatMap(([name, path]) => bothWays(name, path, refused)),
    ...notAbsolute.flatMap(([name, path]) => bothWays(name, path, [200, 'BAD_INPUT'])),
    {
      name: 'path: labels of a file elsewhere',
      send: () =>
        ask(on, INGEST, { input: { collectionName: 'stolen', paths: [on.folder], labelsFile: '/etc/passwd' } }),
      refused,
    },
    {
      name: 'path: one of many',
      send: () => ask(on, INGEST, { input: { collectionName: 'stolen', paths: [on.folder, on.folder, '/etc'] } }),
      refused,
    },
  ];
}

/** Arguments. */
export function values(on: Targets): Attack[] {
  const refuse = (name: string, query: string, variables: object, code = 'BAD_INPUT', status = 200): Attack => ({
    name: `value: ${name}`,
    send: () => ask(on, query, variables),
    refused: [status, code],
  });
  const run = 'query ($id: ID!) { run(id: $id) { id } }';
  const page =
    'query ($model: ID!, $after: String, $first: Int, $last: Int) { images(model: $model, after: $after, first: $first, last: $last) { edges { cursor } } }';
  const set = 'mutation ($model: ID!, $value: Float!) { setThreshold(model: $model, value: $value) { id } }';
  const make = 'mutation ($name: String!) { createCollection(name: $name) { id } }';
  const range =
    'query ($model: ID!, $min: Float!, $max: Float!) { images(model: $model, scoreRange: { min: $min, max: $max }) { edges { cursor } } }';
  const { model } = on;
  return [
    refuse('an id of another thing', run, { id: model }),
    refuse('an id in the clear', run, { id: 'run:1' }),
    refuse('an id that is only a number', run, { id: 1 }),
    refuse('an id that is empty', run, { id: '' }),
    refuse('an id with something behind it', run, { id: `${on.run}=` }),
    refuse('an id of a negative number', run, { id: encodeId('run', -1) }),
    refuse('an id of a number too large', run, { id: encodeId('run', 2 ** 31) }),
    refuse('an id of every object', run, { id: '__proto__' }),
    refuse('an id like SQL', run, { id: Buffer.from('run:1 or 1=1').toString('base64url') }),
    refuse('an id of 50,000 characters', run, { id: 'A'.repeat(50_000) }),
    refuse('an id that is an object', run, { id: { toString: 'x' } }, 'BAD_INPUT', 400),
    refuse('a cursor made up', page, { model, after: 'x' }),
    refuse('a cursor of another list', page, { model, after: encodeCursor('failures', [1]) }),
    refuse('a cursor like SQL', page, {
      model,
      after: Buffer.from(`["images","1; drop table winnow.images"]`).toString('base64url'),
    }),
    refuse('a page of a negative size', page, { model, first: -1 }),
    refuse('a page too large', page, { model, first: 501 }),
    refuse('a page from both ends', page, { model, first: 1, last: 1 }),
    refuse('a page larger than numbers go', page, { model, first: 3e9 }, 'BAD_INPUT', 400),
    refuse('a page of a text', page, { model, first: '1' }, 'BAD_INPUT', 400),
    refuse('a threshold above 1', set, { model, value: 1.01 }),
    refuse('a threshold below 0', set, { model, value: -0.01 }),
    refuse('a threshold larger than real numbers go', set, { model, value: 1e308 }),
    refuse('a threshold that is no number', set, { model, value: 'NaN' }, 'BAD_INPUT', 400),
    {
      name: 'value: a threshold without end',
      send: () =>
        ask(
          on,
          '',
          {},
          {
            body: JSON.stringify({ query: set, variables: { model, value: 0 } }).replace('"value":0', '"value":1e999'),
          },
        ),
      refused: [400, 'BAD_INPUT'],
    },
    refuse('a range that ends before it begins', range, { model, min: 0.9, max: 0.1 }),
    refuse('a range outside of scores', range, { model, min: -1e30, max: 2 }),
    refuse('a path with a zero byte', INGEST, {
      input: { collectionName: 'stolen', paths: [`${on.folder}\0/../../etc`] },
    }),
    refuse('a path that is empty', INGEST, { input: { collectionName: 'stolen', paths: [''] } }),
    refuse('a folder with a zero byte', EXPORT, {
      input: { collection: on.collection, directory: `${on.folder}\0/../../etc` },
    }),
    refuse('a name with a zero byte', make, { name: 'a\0b' }),
    refuse('a name that is blank', make, { name: ' \t' }),
    refuse('a name without end', make, { name: 'x'.repeat(50_000) }),
    refuse('a model of somebody else, by number', 'query ($id: ID!) { model(id: $id) { id } }', { id: '7' }),
  ];
}

/** Addresses. */
export function pictures(on: Targets): Attack[] {
  const get = (path: string) => () => http(on.open, { method: 'GET', path });
  return [
    { name: 'picture: up', send: get('/pictures/../../../etc/passwd'), refused: [404, 'NOT_FOUND'] },
    { name: 'picture: up, encoded', send: get('/pictures/..%2f..%2f..%2fetc%2fpasswd'), refused: [400, 'BAD_INPUT'] },
    { name: 'picture: up, encoded twice', send: get('/pictures/%252e%252e%252fetc'), refused: [400, 'BAD_INPUT'] },
    { name: 'picture: badly encoded', send: get('/pictures/%ff%fe'), refused: [400, 'BAD_INPUT'] },
    { name: 'picture: a zero byte', send: get(`/pictures/${on.image}%00.jpg`), refused: [400, 'BAD_INPUT'] },
    { name: 'picture: by hash', send: get(`/pictures/${'a'.repeat(64)}`), refused: [400, 'BAD_INPUT'] },
    { name: 'picture: an id of another thing', send: get(`/pictures/${on.model}`), refused: [400, 'BAD_INPUT'] },
    {
      name: 'picture: one that is not there',
      send: get(`/pictures/${encodeId('image', 999_999)}`),
      refused: [404, 'NOT_FOUND'],
    },
    { name: 'picture: the folder', send: get('/pictures/'), refused: [404, 'NOT_FOUND'] },
    { name: 'address: a file of ours', send: get('/package.json'), refused: [404, 'NOT_FOUND'] },
    {
      name: 'address: of another server',
      send: get('http://evil.example/graphql?query={__typename}'),
      refused: [400, 'BAD_REQUEST'],
    },
  ];
}
