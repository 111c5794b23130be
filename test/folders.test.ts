import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { makeFolder } from '../src/folders.js';

test('a folder is made with those above it, by many at once; where none can be, it says so', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'winnow-folders-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const deep = join(root, 'a/b/c');
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(deep)));
  await makeFolder(deep);
  assert.ok((await stat(deep)).isDirectory());
  const file = join(root, 'file');
  await writeFile(file, '');
  await assert.rejects(makeFolder(file), { code: 'EEXIST' });
  await assert.rejects(makeFolder(join(file, 'below')), { code: 'ENOTDIR' });
});

test(
  'a folder below /proc is refused, and not tried for ever',
  { skip: process.platform !== 'linux' && 'there is no /proc' },
  () => assert.rejects(makeFolder('/proc/winnow/export'), { code: 'ENOENT' }),
);
