import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';

import { parseConfig } from '../src/config.js';
import { WinnowError } from '../src/errors.js';

const CWD = '/somewhere';
const SECRET = 'sixteen or more.';

/** Checks that the environment is refused with CONFIGURATION, and returns the message. */
function refusal(env: Record<string, string>): string {
  try {
    parseConfig(env, CWD);
  } catch (error) {
    assert.ok(error instanceof WinnowError);
    assert.equal(error.code, 'CONFIGURATION');
    return error.message;
  }
  throw new assert.AssertionError({ message: `accepted ${JSON.stringify(env)}` });
}

test('with nothing set', () => {
  assert.deepEqual(parseConfig({}, CWD), {
    home: '/somewhere/var',
    databaseUrl: null,
    host: '127.0.0.1',
    port: 4000,
    tokens: { read: null, write: null },
    roots: ['/'],
    worker: 'child',
    threads: availableParallelism(),
    engine: 'ONNX',
    vgg16Weights: null,
    fineTuneBytes: 4_294_967_296,
    providers: 'auto',
    limits: { pixels: 100_000_000, bytes: 268_435_456 },
    introspection: true,
    persistedQueries: false,
  });
});

test('with everything set', () => {
  const config = parseConfig(
    {
      WINNOW_HOME: 'data',
      DATABASE_URL: 'postgresql://me:pw@db.example:5433/winnow?sslmode=require',
      WINNOW_HOST: '0.0.0.0',
      WINNOW_PORT: '0',
      WINNOW_READ_TOKEN: `${SECRET}read`,
      WINNOW_WRITE_TOKEN: SECRET,
      WINNOW_ROOTS: '/pictures:relative:',
      WINNOW_WORKER: 'external',
      WINNOW_THREADS: '3',
      WINNOW_ENGINE: 'TENSORFLOW',
      WINNOW_VGG16_WEIGHTS: 'vgg16.h5',
      WINNOW_FINE_TUNE_BYTES: '1000000',
      WINNOW_PROVIDERS: 'cuda, cpu',
      WINNOW_MAX_PIXELS: '1000',
      WINNOW_MAX_BYTES: '2000',
      WINNOW_INTROSPECTION: 'off',
      WINNOW_PERSISTED_QUERIES: 'on',
    },
    CWD,
  );
  assert.deepEqual(config, {
    home: '/somewhere/data',
    databaseUrl: 'postgresql://me:pw@db.example:5433/winnow?sslmode=require',
    host: '0.0.0.0',
    port: 0,
    tokens: { read: `${SECRET}read`, write: SECRET },
    roots: ['/pictures', '/somewhere/relative'],
    worker: 'external',
    threads: 3,
    engine: 'TENSORFLOW',
    vgg16Weights: '/somewhere/vgg16.h5',
    fineTuneBytes: 1_000_000,
    providers: ['cuda', 'cpu'],
    limits: { pixels: 1000, bytes: 2000 },
    introspection: false,
    persistedQueries: true,
  });
});

test('the empty text is as good as nothing set', () => {
  const names = ['HOME', 'HOST', 'PORT', 'ROOTS', 'WORKER', 'THREADS', 'MAX_PIXELS', 'INTROSPECTION', 'WRITE_TOKEN'];
  const empty = Object.fromEntries(names.map((name) => [`WINNOW_${name}`, '']));
  assert.deepEqual(parseConfig({ ...empty, DATABASE_URL: '' }, CWD), parseConfig({}, CWD));
});

test('the result cannot be changed', () => {
  const config = parseConfig({}, CWD);
  for (const part of [config, config.tokens, config.roots, config.limits]) assert.ok(Object.isFrozen(part));
});

test('a bad number is refused by name, with the range and what came', () => {
  assert.equal(
    refusal({ WINNOW_PORT: '65536' }),
    'WINNOW_PORT must be a whole number from 0 to 65535, but is "65536".',
  );
  for (const [name, values] of Object.entries({
    WINNOW_PORT: ['-1', '4e3', '0x10', '40 00', '4000.0', 'http'],
    WINNOW_THREADS: ['0', '1025', 'all'],
    WINNOW_MAX_PIXELS: ['0', '2147483648', 'Infinity'],
    WINNOW_MAX_BYTES: ['0', '1MB'],
  })) {
    for (const value of values)
      assert.match(refusal({ [name]: value }), new RegExp(`^${name} must be .* is "${value}"`));
  }
});

test('a bad choice is refused with the choices', () => {
  assert.equal(refusal({ WINNOW_WORKER: 'Child' }), 'WINNOW_WORKER must be one of child, external, but is "Child".');
  assert.match(refusal({ WINNOW_INTROSPECTION: 'true' }), /on, off/);
});

test('only what looks like the URL of a Postgres is taken for one, and it is not shown', () => {
  for (const url of ['mysql://me:sesame@host/db', 'host=localhost', 'postgres//me:sesame@host']) {
    assert.ok(!refusal({ DATABASE_URL: url }).includes('sesame'));
  }
  assert.equal(parseConfig({ DATABASE_URL: 'postgres://host/db' }, CWD).databaseUrl, 'postgres://host/db');
});

test('an address that others can reach needs a token to write', () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'pictures.example']) {
    assert.match(refusal({ WINNOW_HOST: host }), /WINNOW_WRITE_TOKEN/);
    assert.match(refusal({ WINNOW_HOST: host, WINNOW_READ_TOKEN: SECRET }), /WINNOW_WRITE_TOKEN/);
    assert.equal(parseConfig({ WINNOW_HOST: host, WINNOW_WRITE_TOKEN: SECRET }, CWD).host, host);
  }
  for (const host of ['127.0.0.1', '::1', 'localhost'])
    assert.equal(parseConfig({ WINNOW_HOST: host }, CWD).host, host);
});

test('such an address also closes the file system but for the working folder', () => {
  assert.deepEqual(parseConfig({ WINNOW_HOST: '::', WINNOW_WRITE_TOKEN: SECRET }, CWD).roots, [CWD]);
});

test('a short token is refused, and not shown', () => {
  const message = refusal({ WINNOW_WRITE_TOKEN: 'hunter2' });
  assert.match(message, /^WINNOW_WRITE_TOKEN must have 16 or more characters, but has 7/);
  assert.ok(!message.includes('hunter2'));
});
