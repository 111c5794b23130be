import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';

import { DEFAULT_LETTERBOX, letterboxFingerprint } from '../../src/images/letterbox.js';
import { clearWorkshop, exists, squarePath, writeAtomically } from '../../src/images/storage.js';

test('a square has its place by fingerprint and hash', () => {
  const sha256 = 'abcdef'.padEnd(64, '0');
  const fingerprint = letterboxFingerprint(DEFAULT_LETTERBOX).slice(0, 12);
  assert.equal(squarePath('/home', DEFAULT_LETTERBOX, sha256), `/home/squares/${fingerprint}/ab/${sha256}.jpg`);
});

test('writes a file and the folders above it, and replaces one that is there', async (t) => {
  const root = await folder(t);
  const path = join(root, 'a/b/c.jpg');
  const workshop = join(root, 'shop');
  assert.equal(await exists(path), false);
  await writeAtomically(path, Buffer.from('one'), workshop);
  assert.equal(await exists(path), true);
  await writeAtomically(path, Buffer.from('two'), workshop);
  assert.equal(await readFile(path, 'utf8'), 'two');
  assert.deepEqual([await readdir(join(path, '..')), await readdir(workshop)], [['c.jpg'], []]);
  assert.equal(await exists(join(path, 'below a file')), false);
});

test('many writers of one path leave one whole file', async (t) => {
  const root = await folder(t);
  const path = join(root, 'deep/er/square.jpg');
  const workshop = join(root, 'shop');
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => writeAtomically(path, Buffer.alloc(50_000, index), workshop)),
  );
  const bytes = await readFile(path);
  assert.ok(bytes.length === 50_000 && bytes.every((byte) => byte === bytes[0]));
  assert.deepEqual(await readdir(join(path, '..')), ['square.jpg']);
});

test('a failed write leaves nothing behind', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'taken'));
  const workshop = join(root, 'shop');
  await assert.rejects(writeAtomically(join(root, 'taken'), Buffer.from('x'), workshop), { code: 'EISDIR' });
  await writeFile(join(root, 'file'), '');
  await assert.rejects(writeAtomically(join(root, 'file/x.jpg'), Buffer.from('x'), workshop), { code: 'ENOTDIR' });
  assert.deepEqual((await readdir(root)).sort(), ['file', 'shop', 'taken']);
  assert.deepEqual(await readdir(workshop), []);
});

test(
  'a folder without permission is an error of the system',
  { skip: process.getuid?.() === 0 && 'root may write everywhere' },
  async (t) => {
    const root = await folder(t);
    await chmod(root, 0o500);
    await assert.rejects(writeAtomically(join(root, 'x.jpg'), Buffer.from('x'), join(root, 'shop')), {
      code: 'EACCES',
    });
    await chmod(root, 0o700);
  },
);

test('a killed writer leaves a whole file or none, and what it had begun is cleared away', async (t) => {
  const root = await folder(t);
  const path = join(root, 'square.jpg');
  const workshop = join(root, 'shop');
  const storage = new URL('../../src/images/storage.ts', import.meta.url).href;
  const script = `
    import { writeAtomically } from ${JSON.stringify(storage)};
    console.log('ready');
    for (let byte = 1; ; byte = (byte % 250) + 1) await writeAtomically(${JSON.stringify(path)}, Buffer.alloc(20_000_000, byte), ${JSON.stringify(workshop)});`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  for (const delay of [41, 89]) {
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(writer.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, delay));
    writer.kill('SIGKILL');
    await once(writer, 'close');
    if (!(await exists(path))) continue;
    assert.equal((await stat(path)).size, 20_000_000);
    const bytes = await readFile(path);
    assert.ok(bytes.equals(Buffer.alloc(20_000_000, bytes[0])));
  }
  await writeFile(join(workshop, 'half'), 'half');
  await clearWorkshop(workshop);
  assert.ok((await readdir(workshop)).includes('half'), 'somebody may still be writing');
  const before = new Date(Date.now() - 3_600_000);
  for (const name of await readdir(workshop)) await utimes(join(workshop, name), before, before);
  await clearWorkshop(workshop);
  assert.deepEqual(await readdir(workshop), []);
});

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'winnow-storage-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
