import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { download, type RemoteFile } from '../../../src/ml/download.js';
import { findWeights } from '../../../src/ml/vgg16/weights.js';

const BYTES = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7));
const MD5 = createHash('md5').update(BYTES).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Bytes from where the request's range begins, all or only so many before the connection breaks off. */
const ranged =
  (most = Infinity): Answer =>
  ({ headers }, response) => {
    const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const length = BYTES.length - from;
    const range = { 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': length, ...(from > 0 ? range : {}) });
    if (length <= most) response.end(BYTES.subarray(from));
    else response.write(BYTES.subarray(from, from + most), () => response.destroy());
  };

describe('a download', () => {
  let server: Server;
  let folder: string;
  let answers: Answer[];
  let ranges: (string | undefined)[];
  let file: RemoteFile;
  let path: string;

  before(async () => {
    // The last answer is given again and again.
    server = createServer((request, response) => {
      ranges.push(request.headers.range);
      (answers.length > 1 ? answers.shift()! : answers[0])(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    file = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/w.h5`, bytes: BYTES.length, md5: MD5 };
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'winnow-download-'));
    path = join(folder, 'deep', 'w.h5');
    answers = [ranged()];
    ranges = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const isWhole = async () => {
    assert.deepEqual(await readFile(path), BYTES);
    assert.deepEqual(await readdir(join(folder, 'deep')), ['w.h5']);
  };

  test('comes whole, and tells its progress', async () => {
    const progress: number[] = [];
    await download(file, path, { onProgress: (done) => progress.push(done) });
    await isWhole();
    assert.equal(progress.at(-1), BYTES.length);
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
  });

  test('that breaks off is taken up where it was', async () => {
    answers = [ranged(100_000), ranged(100_000), ranged()];
    await download(file, path);
    await isWhole();
    assert.equal(ranges.length, 3);
    assert.equal(ranges[0], undefined);
    assert.ok(ranges.slice(1).every((range) => Number(/bytes=(\d+)-/.exec(range!)![1]) > 0));
  });

  test('of a process that was killed is taken up by the next one', async () => {
    answers = [ranged(100_000), (_, response) => response.writeHead(404).end()];
    await assert.rejects(download(file, path), /the server answers 404/);
    assert.ok(existsSync(`${path}.part`));
    [answers, ranges] = [[ranged()], []];
    await download(file, path);
    await isWhole();
    assert.match(ranges[0]!, /^bytes=[1-9]\d*-$/);
  });

  test('begins anew where the server knows no ranges', async () => {
    answers = [ranged(100_000), (_, response) => response.writeHead(200).end(BYTES)];
    await download(file, path);
    await isWhole();
  });

  test('with another hash is thrown away, and fetched anew the next time', async () => {
    const message = new RegExp(`has the MD5 ${MD5}, but must have 00`);
    await assert.rejects(download({ ...file, md5: '00' }, path), { message });
    assert.deepEqual(await readdir(join(folder, 'deep')), []);
    await download(file, path);
    await isWhole();
  });

  test('of another size is refused', async () => {
    await assert.rejects(download({ ...file, bytes: 1000 }, path), /larger than 1000 bytes/);
    answers = [(_, response) => response.writeHead(200).end(BYTES.subarray(0, 5000))];
    await rm(`${path}.part`);
    await assert.rejects(download(file, path), /ended after \d+ of 300000 bytes/);
    assert.ok(!existsSync(path));
  });

  test('is given up after some connections that gave nothing', async () => {
    answers = [(_, response) => response.writeHead(503).end()];
    await assert.rejects(download(file, path), /the server answers 503/);
    assert.equal(ranges.length, 4);
  });

  test('can be asked for by several at once', async () => {
    await Promise.all([1, 2, 3].map(() => findWeights({ home: folder }, file)));
    const { path: found, sha256 } = await findWeights({ home: folder }, file);
    assert.deepEqual(await readFile(found), BYTES);
    assert.equal(sha256, createHash('sha256').update(BYTES).digest('hex'));
  });

  test('stops when it is told to', async () => {
    answers = [(_, response) => void response.writeHead(200).write(BYTES.subarray(0, 10))];
    const stop = new AbortController();
    const running = download(file, path, { signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
    await assert.rejects(running, /enough/);
  });

  test('that is impossible says where the file goes, and what works without', async () => {
    const unreachable = { ...file, url: `http://127.0.0.1:${await closedPort()}/w.h5` };
    await assert.rejects(findWeights({ home: folder }, unreachable), (error: Error & { code: string }) => {
      assert.equal(error.code, 'WEIGHTS_MISSING');
      assert.match(error.message, /cannot be downloaded: .*ECONNREFUSED/);
      assert.match(error.message, /put it at .*backbones\/vgg16_weights_tf_dim_ordering_tf_kernels_notop\.h5/);
      assert.match(error.message, /WINNOW_VGG16_WEIGHTS.*mobilenet-v3/);
      return true;
    });
    // Put there by hand, it is found.
    await writeFile(join(folder, 'backbones', 'vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5'), BYTES);
    assert.equal((await findWeights({ home: folder }, unreachable)).sha256.length, 64);
    // Another file in its place is not taken for it.
    const otherwise = { ...unreachable, md5: '00' };
    const message = /must be http.* with the MD5 00, but has .*WINNOW_VGG16_WEIGHTS if these weights are meant/;
    await assert.rejects(findWeights({ home: folder }, otherwise), { code: 'WEIGHTS_MISSING', message });
  });
});

/** A port that nobody listens on any more. */
async function closedPort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  const { port } = listener.address() as AddressInfo;
  await new Promise((closed) => listener.close(closed));
  return port;
}
