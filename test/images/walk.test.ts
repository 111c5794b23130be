import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';

import type { Found, WalkOptions } from '../../src/images/walk.js';
import { walk } from '../../src/images/walk.js';
import { asNobody } from '../support/nobody.js';

test('finds all files below a folder with size and time', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'a/b'), { recursive: true });
  await writeFile(join(root, 'a/b/one.jpg'), 'abc');
  await writeFile(join(root, 'two.jpg'), 'de');
  await utimes(join(root, 'two.jpg'), new Date(1000), new Date('2020-02-03T04:05:06.789Z'));
  const found = files(await collect(root));
  assert.deepEqual(found.map(({ path, bytes }) => [path, bytes]).sort(), [
    [join(root, 'a/b/one.jpg'), 3],
    [join(root, 'two.jpg'), 2],
  ]);
  assert.equal(found.find(({ bytes }) => bytes === 2)?.modifiedAt.toISOString(), '2020-02-03T04:05:06.789Z');
});

test('takes a single file, even a hidden one, and a folder behind a link, when they are asked for by name', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'pictures'));
  await writeFile(join(root, '.one.jpg'), 'abc');
  await writeFile(join(root, 'pictures/two.jpg'), 'abc');
  await symlink(join(root, 'pictures'), join(root, 'link'));
  assert.deepEqual(paths(await collect(join(root, '.one.jpg'))), [join(root, '.one.jpg')]);
  assert.deepEqual(paths(await collect(join(root, 'link'))), [join(root, 'link/two.jpg')]);
});

test('a root that is not there is a failure', async (t) => {
  const root = join(await folder(t), 'nothing');
  const [found, ...others] = await collect(root);
  assert.deepEqual(others, []);
  assert.ok('failure' in found && found.failure.code === 'VANISHED' && found.failure.uri === root);
});

test('passes hidden files and folders and manifests of exports over, but no other file of that name', async (t) => {
  const root = await folder(t);
  for (const name of ['.git', 'ok', 'ng', 'sub']) await mkdir(join(root, name));
  const names = ['.git/a.jpg', '.DS_Store', 'Thumbs.db', 'manifest.csv', 'manifest.jsonl', 'a.jpg', 'sub/manifest.csv'];
  for (const name of names) await writeFile(join(root, name), 'abc');
  assert.deepEqual(paths(await collect(root)), [join(root, 'a.jpg'), join(root, 'sub/manifest.csv')]);
});

test('links lead only into the roots that are given', async (t) => {
  const [root, outside] = [await folder(t), await folder(t)];
  await writeFile(join(root, 'a.jpg'), 'abc');
  await writeFile(join(outside, 'secret.jpg'), 'abc');
  await symlink(join(root, 'a.jpg'), join(root, 'inside'));
  await symlink(join(outside, 'secret.jpg'), join(root, 'outside'));
  assert.equal(paths(await collect(root)).length, 3);
  const found = await collect(root, { roots: [root] });
  assert.deepEqual(paths(found).sort(), [join(root, 'a.jpg'), join(root, 'inside')]);
  const failure = found.find((one) => 'failure' in one);
  assert.ok(failure && 'failure' in failure && failure.failure.code === 'UNREADABLE');
  assert.equal(failure.failure.uri, join(root, 'outside'));
});

test('a path below a root is looked at as the walk of the root looks at it', async (t) => {
  const [root, other] = [await folder(t), await folder(t)];
  await mkdir(join(root, 'sub'));
  for (const file of [join(root, 'sub/a.jpg'), join(other, 'b.jpg')]) await writeFile(file, 'abc');
  await symlink(other, join(root, 'link'));
  await symlink(root, join(root, 'sub/loop'));
  await symlink(join(other, 'b.jpg'), join(root, 'file'));
  const at = (only: string, roots?: string[]) => collect(root, { only: join(root, only), roots });
  const code = ([found, ...others]: Found[]) => 'failure' in found && others.length === 0 && found.failure.code;
  for (const only of ['link', 'sub/loop', 'link/b.jpg', 'sub/loop/sub/a.jpg']) {
    assert.equal(code(await at(only)), 'NOT_A_FILE', only);
  }
  assert.equal(code(await at('nothing')), 'VANISHED');
  assert.equal(code(await at('file', [root])), 'UNREADABLE');
  assert.deepEqual(paths(await at('file')), [join(root, 'file')]);
  assert.deepEqual(paths(await at('sub')), [join(root, 'sub/a.jpg')]);
  assert.deepEqual(paths(await collect(join(root, 'link'), { only: join(root, 'link/b.jpg') })), [
    join(root, 'link/b.jpg'),
  ]);
});

test('a folder that may not be read is one failure, which says so, and the walk goes on', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'closed'));
  await writeFile(join(root, 'a.jpg'), 'abc');
  await chmod(root, 0o755);
  await chmod(join(root, 'closed'), 0);
  const found = await asNobody(() => collect(root));
  await chmod(join(root, 'closed'), 0o700);
  assert.deepEqual(paths(found), [join(root, 'a.jpg')]);
  const [failure] = found.flatMap((one) => ('failure' in one ? [one.failure] : []));
  assert.deepEqual([failure.code, failure.uri], ['UNREADABLE', join(root, 'closed')]);
  assert.match(failure.message, /^A folder .* left out\. Permission denied\.$/);
});

test('a folder that vanishes during the walk is one failure', async (t) => {
  const root = await folder(t);
  await mkdir(join(root, 'sub'));
  await writeFile(join(root, 'sub/b.jpg'), 'abc');
  await writeFile(join(root, 'a.jpg'), 'abc');
  const codes: string[] = [];
  for await (const found of walk(root)) {
    if ('failure' in found) codes.push(found.failure.code);
    else await rm(join(root, 'sub'), { recursive: true });
  }
  assert.deepEqual(codes, ['VANISHED']);
});

test('holds a few dozen entries of a folder at a time, and stops when told', async (t) => {
  const root = await folder(t);
  await Promise.all(Array.from({ length: 200 }, (_, index) => writeFile(join(root, `${index}.jpg`), 'a')));
  assert.equal((await collect(root)).length, 200);

  const controller = new AbortController();
  let seen = 0;
  await assert.rejects(async () => {
    for await (const found of walk(root, controller.signal)) {
      assert.ok('file' in found);
      seen += 1;
      controller.abort(new Error('stop'));
    }
  }, /stop/);
  assert.ok(seen <= 32, `${seen} files came after the stop`);
});

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'winnow-walk-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function collect(root: string, options?: WalkOptions): Promise<Found[]> {
  const all: Found[] = [];
  for await (const found of walk(root, undefined, options)) all.push(found);
  return all;
}

function files(found: Found[]) {
  return found.flatMap((one) => ('file' in one ? [one.file] : []));
}

function paths(found: Found[]): string[] {
  return files(found).map(({ path }) => path);
}
