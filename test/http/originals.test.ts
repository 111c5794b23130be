import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import sharp from 'sharp';

import { listenToRuns } from '../../src/catalog/run-changes.js';
import { recordImages } from '../../src/catalog/record-images.js';
import { ensureCollection } from '../../src/catalog/collections.js';
import { parseConfig } from '../../src/config.js';
import { startHttp } from '../../src/http/server.js';
import { resolveInside } from '../../src/images/paths.js';
import { inspect } from '../../src/images/read.js';
import { listBackbones } from '../../src/runs/backbones.js';
import { modelFiles } from '../../src/runs/move-model.js';
import { encodeId } from '../../src/schema/ids.js';
import { freshDatabase } from '../support/database.js';

const TOKEN = 'write-0123456789abcdef';

/** A server that may use one folder only, and a way to put files into its catalog, wherever they lie. */
async function start(t: TestContext, environment: Record<string, string> = {}) {
  const db = await freshDatabase(t);
  const top = await realpath(await mkdtemp(join(tmpdir(), 'originals-')));
  t.after(() => rm(top, { recursive: true }));
  const root = join(top, 'allowed');
  await mkdir(root);
  const config = parseConfig({ WINNOW_PORT: '0', WINNOW_ROOTS: root, WINNOW_MAX_BYTES: '1000000', ...environment });
  const runChanges = listenToRuns(db, () => undefined);
  t.after(() => runChanges.stop());
  const services = {
    dataSource: db,
    runChanges,
    backbones: () => listBackbones(db, config),
    modelFiles: modelFiles(db, config),
    allowedPath: (path: string) => resolveInside(config.roots, path),
    squareOf: () => '/nowhere',
  };
  const server = await startHttp(config, services, () => undefined);
  t.after(() => server.stop());
  const collection = await ensureCollection(db, 'x');
  const add = async (path: string, bytes: Buffer): Promise<string> => {
    await writeFile(path, bytes);
    const facts = await inspect(bytes, config.limits);
    const file = { uri: path, bytes: bytes.length, modifiedAt: new Date(), refused: null, facts };
    const ids = await db.transaction((tx) => recordImages(tx, collection.id, [file]));
    return `${server.url}/pictures/${encodeId('image', ids.get(path)!)}/original`;
  };
  return { top, root, add };
}

const picture = (format: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff', red = 200): Promise<Buffer> =>
  sharp({ create: { width: 24, height: 16, channels: 3, background: { r: red, g: 30, b: 60 } } })
    .toFormat(format)
    .toBuffer();

async function refused(url: string, status = 404, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get('content-type')!, /^application\/json/);
  assert.equal(response.headers.get('etag'), null);
  assert.doesNotMatch(text, /originals-|ENOENT|select/); // nothing of where it looked
}

test('the original is given byte for byte, as what its bytes are, whatever its name says', async (t) => {
  const { root, add } = await start(t);
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif'] as const) {
    const bytes = await picture(format);
    const response = await fetch(await add(join(root, `${format}.html`), bytes));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), `image/${format}`);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('content-security-policy'), "default-src 'none'; sandbox");
    assert.match(response.headers.get('cache-control')!, /^private/);
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(bytes));
  }
  await refused(await add(join(root, 'scan.tiff'), await picture('tiff')));
});

test('a browser that has it is told so, HEAD has no body, and another source does as well', async (t) => {
  const { root, add } = await start(t);
  const bytes = await picture('png');
  const url = await add(join(root, 'a.png'), bytes);
  const head = await fetch(url, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(bytes.length)]);
  const again = await fetch(url, { headers: { 'if-none-match': head.headers.get('etag')! } });
  assert.equal(again.status, 304);
  await add(join(root, 'b.png'), bytes);
  await rm(join(root, 'a.png'));
  assert.equal((await fetch(url)).status, 200);
  await rm(join(root, 'b.png'));
  await refused(url);
});

test('nothing but the very bytes of the image is given, and nothing outside of the allowed folders', async (t) => {
  const { top, root, add } = await start(t);
  const [bytes, other] = [await picture('png'), await picture('png', 90)];
  const file = join(root, 'a.png');
  const url = await add(file, bytes);
  for (const now of [
    other,
    Buffer.concat([bytes, Buffer.from('x')]),
    Buffer.from('<script>alert(1)</script>'),
    Buffer.alloc(0),
  ]) {
    await writeFile(file, now);
    await refused(url);
  }
  // What took its place may lead anywhere.
  await rm(file);
  await symlink('/etc/passwd', file);
  await refused(url);
  await rm(file);
  await mkdir(file);
  await refused(url);
  await rm(file, { recursive: true });
  // The right bytes in the wrong place: a file outside, reached directly, by a link, and by a link in its path.
  const outside = join(top, 'secret');
  await mkdir(outside);
  await refused(await add(join(outside, 'c.png'), other));
  await symlink(join(outside, 'c.png'), file);
  await writeFile(join(outside, 'c.png'), bytes);
  await refused(url);
  await rm(file);
  const inner = join(root, 'folder');
  await mkdir(inner);
  const third = await picture('png', 10);
  const through = await add(join(inner, 'd.png'), third);
  await rename(inner, join(outside, 'folder'));
  await symlink(join(outside, 'folder'), inner);
  await refused(through);
  // Larger than a file may be.
  await writeFile(file, Buffer.concat([bytes, Buffer.alloc(2_000_000)]));
  await refused(url);
});

test('an id is all that it takes: no path, no other thing, no guess', async (t) => {
  const { root, add } = await start(t);
  const url = await add(join(root, 'a.png'), await picture('png'));
  const server = new URL(url).origin;
  await refused(`${server}/pictures/${encodeId('image', 999_999)}/original`);
  for (const id of [encodeId('model', 1), '..%2f..%2fetc%2fpasswd', '%252e%252e', '%00', 'a'.repeat(64)]) {
    await refused(`${server}/pictures/${id}/original`, 400);
  }
  await refused(`${url}/..%2f..%2fa.png`);
  await refused(`${url}/a.png`);
  assert.equal((await fetch(`${url}?path=/etc/passwd`)).headers.get('content-type'), 'image/png');
  const post = await fetch(url, { method: 'POST' });
  assert.equal(post.status, 404);
});

test('where there are tokens it takes one, or the pass for pictures', async (t) => {
  const { root, add } = await start(t, { WINNOW_WRITE_TOKEN: TOKEN });
  const url = await add(join(root, 'a.png'), await picture('png'));
  await refused(url, 401);
  await refused(url, 401, { cookie: 'winnow_pictures=9999999999.' + 'a'.repeat(43) });
  const authorization = `Bearer ${TOKEN}`;
  assert.equal((await fetch(url, { headers: { authorization } })).status, 200);
  const pass = await fetch(new URL('/picture-pass', url), { method: 'POST', headers: { authorization } });
  const cookie = pass.headers.get('set-cookie')!.split(';')[0];
  assert.equal((await fetch(url, { headers: { cookie } })).status, 200);
});

test('many who ask and do not read hold up nobody for good', async (t) => {
  const { root, add } = await start(t);
  const bytes = await picture('png');
  const url = await add(join(root, 'a.png'), bytes);
  const gone = Array.from({ length: 30 }, async () => {
    const stop = new AbortController();
    const asked = fetch(url, { signal: stop.signal });
    stop.abort();
    await asked.catch(() => undefined);
  });
  await Promise.all(gone);
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => fetch(url).then((answer) => answer.arrayBuffer())),
  );
  assert.ok(answers.every((answer) => answer.byteLength === bytes.length));
});
