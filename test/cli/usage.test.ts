import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nothingLines } from '../../src/cli/collection.js';
import { temporaryFolder, winnow } from './winnow.js';

test('--help names every command and the exit codes; --version says the version', async () => {
  const help = await winnow(['--help']);
  assert.equal(help.code, 0);
  for (const name of [
    'screen',
    'ingest',
    'resize',
    'embed',
    'train',
    'classify',
    'export',
    'threshold',
    'images',
    'check',
    'runs',
    'serve',
  ]) {
    assert.match(help.stdout, new RegExp(`^ +${name} `, 'm'));
  }
  assert.match(help.stdout, /Exit codes: 0/);
  assert.match((await winnow(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
});

test('wrong usage is one line on stderr and exit code 2', async () => {
  const cases = [
    { args: ['ingest', '.', '--sideways'], says: /^winnow: BAD_INPUT: unknown option '--sideways'\n$/ },
    { args: ['scren', '.'], says: /^winnow: BAD_INPUT: unknown command 'scren' \(Did you mean screen\?\)\n$/ },
    { args: ['train', '--epochs', 'many'], says: /^winnow: BAD_INPUT: .*whole number from 1.*\n$/ },
    { args: ['threshold', 'set', '1.5'], says: /^winnow: BAD_INPUT: .*a number from 0 to 1\.\n$/ },
    {
      args: ['runs', 'show', 'abc'],
      says: /^winnow: BAD_INPUT: 'abc' cannot be <id>\. Expected a whole number of 1 or more\.\n$/,
    },
    {
      args: ['images', '--min', '0.7', '--max', '0.6'],
      says: /^winnow: BAD_INPUT: --min must not be above --max.*\n$/,
    },
    { args: ['export'], says: /^winnow: BAD_INPUT: Give either a directory .*\n$/ },
    { args: ['screen', '.', '--answers', '/nowhere.csv'], says: /^winnow: BAD_INPUT: .*\/nowhere\.csv.*\n$/ },
  ];
  for (const { args, says } of cases) {
    const { code, stdout, stderr } = await winnow(args);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, args.join(' '));
    assert.match(stderr, says);
  }
});

test('a wrong setting is named, with exit code 2, and with --json it is on stdout as JSON too', async (t) => {
  const settings = { WINNOW_HOME: await temporaryFolder(t), WINNOW_THREADS: 'all' };
  const { code, stdout, stderr } = await winnow(['runs', '--json'], settings);
  assert.equal(code, 2);
  assert.match(stderr, /^winnow: CONFIGURATION: WINNOW_THREADS must be .*\n$/);
  assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'CONFIGURATION');
});

test('the lists of an empty home are empty; a collection that was named and is not there is an error', async (t) => {
  const settings = { WINNOW_HOME: await temporaryFolder(t) };
  const lists = [
    { args: ['runs', 'list'], none: 'runs', json: { runs: [] } },
    { args: ['runs', 'list', '--stage', 'train', '--state', 'failed'], none: 'failed train runs', json: { runs: [] } },
    { args: ['models'], none: 'models', json: { collection: 'default', models: [] } },
    { args: ['images'], none: 'images', json: { collection: 'default', model: null, images: [], next: null } },
  ];
  for (const { args, none, json } of lists) {
    const text = await winnow(args, settings);
    assert.deepEqual(text, { code: 0, stdout: `There are no ${none} yet.\n`, stderr: '' }, args.join(' '));
    const { code, stdout } = await winnow([...args, '--json'], settings);
    assert.deepEqual([code, JSON.parse(stdout)], [0, json], args.join(' '));
    const named = await winnow([...args, '--collection', 'people'], settings);
    assert.equal(named.code, 1);
    assert.match(named.stderr, /^winnow: NOT_FOUND: There is no collection "people"\. .*\n$/);
  }
  assert.deepEqual(nothingLines('runs', { collection: null, others: ['people', 'shoes'] }), [
    'There are no runs yet in the collection default. With --collection: people, shoes.',
  ]);
});

test('a database that is not there is DATABASE_UNAVAILABLE, without a stack, and exit code 1', async () => {
  const { code, stderr } = await winnow(['images'], { DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none' });
  assert.equal(code, 1);
  assert.match(stderr, /^winnow: DATABASE_UNAVAILABLE: .*\n$/);
  assert.doesNotMatch(stderr, /secret/);
});
