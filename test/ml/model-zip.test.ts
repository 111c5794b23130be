import assert from 'node:assert/strict';
import { test } from 'node:test';

import { zipSync } from 'fflate';

import { packModel, unpackModel } from '../../src/ml/model-zip.js';

const FILES = { 'spec.json': Buffer.from('{}'), 'head.onnx': Buffer.alloc(5000, 7) };

test('files come out as they went in, and the same files give the same archive', () => {
  const unpacked = unpackModel(packModel(FILES));
  assert.deepEqual(Object.keys(unpacked).sort(), ['head.onnx', 'spec.json']);
  assert.ok(Buffer.from(unpacked['head.onnx']).equals(FILES['head.onnx']));
  assert.deepEqual(packModel(FILES), packModel(FILES));
});

test('names that lead elsewhere are refused', () => {
  for (const name of ['../spec.json', '/etc/passwd', 'a/b', '..', '.hidden', 'a\\b', 'c:d', 'x'.repeat(101), '']) {
    const archive = zipSync({ [name]: new Uint8Array(1) });
    assert.throws(() => unpackModel(archive), { code: 'BAD_INPUT', message: /no plain file name|no model/ }, name);
  }
});

test('what would unpack to too much is refused before it is, and what lies about its size is held to it', () => {
  const bomb = zipSync({ 'head.onnx': new Uint8Array(2 ** 20) });
  const claimed = Buffer.from(bomb);
  const entry = claimed.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  claimed.writeUInt32LE(2 ** 30, entry + 24);
  assert.throws(() => unpackModel(claimed), { code: 'BAD_INPUT', message: /take more than/ });
  claimed.writeUInt32LE(10, entry + 24);
  let unpacked: Record<string, Uint8Array> = {};
  try {
    unpacked = unpackModel(claimed);
  } catch (error) {
    assert.equal((error as { code: string }).code, 'BAD_INPUT');
  }
  assert.ok((unpacked['head.onnx']?.length ?? 0) <= 10);
  const many = zipSync(Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`f${i}`, new Uint8Array(1)])));
  assert.throws(() => unpackModel(many), { code: 'BAD_INPUT', message: /more than 20 files/ });
});

test('what is no archive is refused', () => {
  for (const bytes of [new Uint8Array(0), Buffer.from('PK'), Buffer.alloc(1000, 1), packModel(FILES).subarray(0, 60)]) {
    assert.throws(() => unpackModel(bytes), { code: 'BAD_INPUT' });
  }
});
