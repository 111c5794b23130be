import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';

import { resolveInside } from '../../src/images/paths.js';

let base: string;
let data: string;

before(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'winnow-paths-')));
  data = join(base, 'data');
  await mkdir(join(data, 'sub'), { recursive: true });
  await mkdir(join(base, 'data2'));
  await mkdir(join(base, 'other'));
  await writeFile(join(data, 'a.jpg'), 'a');
  await writeFile(join(base, 'other/secret.jpg'), 'a');
  await symlink(join(base, 'other'), join(data, 'way out'));
  await symlink(join(data, 'sub'), join(base, 'way in'));
  await symlink(join(base, 'other/not yet'), join(data, 'dangling'));
  await symlink(data, join(base, 'root link'));
  await symlink(join(data, 'loop'), join(data, 'loop'));
});

after(() => rm(base, { recursive: true, force: true }));

const refused = { code: 'PATH_NOT_ALLOWED' };

test('the root and what is below it, there or not yet', async () => {
  assert.equal(await resolveInside([data], data), data);
  assert.equal(await resolveInside([data], `${data}/`), data);
  assert.equal(await resolveInside([data], join(data, 'a.jpg')), join(data, 'a.jpg'));
  assert.equal(await resolveInside([data], join(data, 'sub/new/folder')), join(data, 'sub/new/folder'));
  assert.equal(await resolveInside([data], join(data, '..name')), join(data, '..name'));
  assert.equal(await resolveInside([join(base, 'data2'), data], join(data, 'sub')), join(data, 'sub'));
  assert.equal(await resolveInside(['/'], join(base, 'other')), join(base, 'other'));
  assert.equal(await resolveInside([data], relative(process.cwd(), join(data, 'sub'))), join(data, 'sub'));
});

test('nothing outside: dots, a longer name, no root at all', async () => {
  await assert.rejects(resolveInside([data], join(base, 'other')), refused);
  await assert.rejects(resolveInside([data], `${data}/sub/../../other/secret.jpg`), refused);
  await assert.rejects(resolveInside([data], base), refused);
  await assert.rejects(resolveInside([data], join(base, 'data2')), refused);
  await assert.rejects(resolveInside([data], '/'), refused);
  await assert.rejects(resolveInside([data], 'a.jpg'), refused);
  await assert.rejects(resolveInside([], data), refused);
});

test('links count by where they lead, on both sides', async () => {
  await assert.rejects(resolveInside([data], join(data, 'way out/secret.jpg')), refused);
  await assert.rejects(resolveInside([data], join(data, 'way out/new.jpg')), refused);
  assert.equal(await resolveInside([data], join(base, 'way in')), join(data, 'sub'));
  assert.equal(await resolveInside([join(base, 'root link')], join(data, 'a.jpg')), join(data, 'a.jpg'));
  assert.equal(await resolveInside([data], join(base, 'root link/a.jpg')), join(data, 'a.jpg'));
});

test('what cannot be followed is refused: a link to nothing yet, a loop, a file as a folder', async () => {
  await assert.rejects(resolveInside([data], join(data, 'dangling')), refused);
  await assert.rejects(resolveInside([data], join(data, 'dangling/below')), refused);
  await assert.rejects(resolveInside([data], join(data, 'loop')), refused);
  await assert.rejects(resolveInside([data], join(data, 'a.jpg/below')), refused);
});

test('no path: empty, or with a NUL', async () => {
  await assert.rejects(resolveInside([data], ''), refused);
  await assert.rejects(resolveInside([data], `${data}/a.jpg\0.png`), refused);
});

test('the message names the path that came, and no other', async () => {
  await assert.rejects(
    resolveInside([data], '/etc/passwd'),
    (error: Error) => error.message.includes('/etc/passwd') && !error.message.includes(data),
  );
});
