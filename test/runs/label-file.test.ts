import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { readLabelFile, verifyLabelFile, type LabelRow } from '../../src/runs/label-file.js';

const HASH = 'ab'.repeat(32);

test('paths and hashes, whatever the case, the line ends and the byte order mark', async (t) => {
  const text = `\uFEFFLabel,PATH,note\r\npositive,a.jpg,x\r\nNG,"sub/b, c.jpg",\r\n\r\n1,${HASH.toUpperCase()},\r\n`;
  assert.deepEqual(await read(t, text), [
    { line: 2, path: 'a.jpg', sha256: null, value: 'POSITIVE', problem: null },
    { line: 3, path: 'sub/b, c.jpg', sha256: null, value: 'NEGATIVE', problem: null },
    { line: 5, path: HASH.toUpperCase(), sha256: HASH, value: 'POSITIVE', problem: null },
  ]);
  assert.deepEqual(await read(t, `sha256,label\n${HASH},no\n`), [
    { line: 2, path: null, sha256: HASH, value: 'NEGATIVE', problem: null },
  ]);
});

test('a wrong row is a problem that names its line, and the rows after it are read', async (t) => {
  const found = await read(t, 'path,label\na.jpg,maybe\n,positive\nb.jpg\n"c"d.jpg,ok\nit"s.jpg,bad\ne.jpg,yes,more\n');
  assert.deepEqual(
    found.map((row) => [row.line, row.problem === null ? row.value : 'problem']),
    [
      [2, 'problem'],
      [3, 'problem'],
      [4, 'problem'],
      [5, 'POSITIVE'],
      [6, 'NEGATIVE'],
      [7, 'POSITIVE'],
    ],
  );
  const odd = await read(t, 'sha256,label\nabc,positive\n');
  assert.match(odd[0].problem ?? '', /no SHA-256/);
});

test('a path that holds a zero byte is a problem of its row', async (t) => {
  const found = await read(t, 'path,label\na.jpg,ok\nb\0.jpg,ok\nc.jpg,ng\n');
  assert.deepEqual(
    found.map(({ line, problem }) => [line, problem]),
    [
      [2, null],
      [3, 'the path holds a zero byte'],
      [4, null],
    ],
  );
});

test('a quote that is never closed loses only its own rows', async (t) => {
  const found = await read(t, 'path,label\na.jpg,ok\n"b.jpg,ok\nc.jpg,ok\n');
  assert.equal(found.length, 2);
  assert.equal(found[0].problem, null);
  assert.notEqual(found[1].problem, null);
});

test('a file without the columns is refused, as is one that is not there', async (t) => {
  await assert.rejects(read(t, 'file,class\na.jpg,1\n'), { code: 'BAD_INPUT', message: /path,label/ });
  await assert.rejects(collect('/nowhere/labels.csv'), { code: 'BAD_INPUT', message: /There is no labels file/ });
});

test('a file that gives no label is refused before the work, and called what it was given as', async (t) => {
  const refused = async (text: string, message: RegExp, kind?: 'answers') =>
    assert.rejects(verifyLabelFile(await write(t, text), kind), { code: 'BAD_INPUT', message });
  for (const text of ['', '\uFEFF', 'path,label\n', 'path,label\r\n\r\n']) await refused(text, /holds no labels/);
  await refused('path,label\n', /answers file .* holds no answers/, 'answers');
  await refused('file,class\na.jpg,1\n', /begins with "file,class"/);
  await refused('path,label\na.jpg,maybe\nb.jpg,\n', /No line .* can be used\. Line 2: .* is "maybe"/);
  await assert.rejects(verifyLabelFile(tmpdir()), { code: 'BAD_INPUT', message: /must be in a file/ });
  await assert.rejects(verifyLabelFile('/nowhere/more.csv', 'answers'), {
    code: 'BAD_INPUT',
    message: 'There is no answers file /nowhere/more.csv.',
  });
  await verifyLabelFile(await write(t, 'path,label\na.jpg,maybe\nb.jpg,ok\n'));
});

async function read(t: TestContext, text: string): Promise<LabelRow[]> {
  return collect(await write(t, text));
}

async function write(t: TestContext, text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'winnow-labels-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'labels.csv');
  await writeFile(file, text);
  return file;
}

async function collect(file: string): Promise<LabelRow[]> {
  const all: LabelRow[] = [];
  for await (const row of readLabelFile(file)) all.push(row);
  return all;
}
