import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeCursor, encodeCursor } from '../../src/schema/cursors.js';
import { decodeId, encodeId } from '../../src/schema/ids.js';

const badInput = (message: RegExp) => ({ name: 'WinnowError', code: 'BAD_INPUT', message });

test('an id says what it is the id of, and comes back whole', () => {
  for (const number of [1, 42, 2 ** 31 - 1]) assert.equal(decodeId('image', encodeId('image', number), 'id'), number);
  assert.throws(
    () => decodeId('model', encodeId('image', 7), 'model'),
    badInput(/^model must be the id of a model as this API gave it out, but is that of an image\.$/),
  );
});

test('anything but an id as it was given out is refused', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64url');
  const garbage = [
    ...[
      '',
      ' ',
      '7',
      'image',
      '../../etc/passwd',
      '🙂',
      'a'.repeat(100_000),
      `${encodeId('image', 7)}=`,
      `${encodeId('image', 7)} `,
    ],
    ...[
      'image:',
      'image:0',
      'image:-1',
      'image:07',
      'image:7.0',
      'image:1e3',
      'image:0x7',
      'image: 7',
      'image:7:7',
      ':7',
      'image:NaN',
    ].map(base64),
    ...[`image:${2 ** 31}`, 'image:99999999999999999999', 'image:7\0', "image:7' or 1=1", 'Image:7'].map(base64),
  ];
  for (const id of garbage)
    assert.throws(() => decodeId('image', id, 'id'), badInput(/^id must be .* but is /), id.slice(0, 40));
});

test('a cursor comes back whole, whatever its numbers', () => {
  for (const keys of [
    [0.5, 1],
    [Math.fround(0.1), 2 ** 31 - 1],
    [1e-45, 3],
    [0, 0],
    [1, 7],
  ]) {
    assert.deepEqual(decodeCursor('scores', encodeCursor('scores', keys), 2, 'after'), keys);
  }
});

test('a cursor with any one character changed, or cut, or from elsewhere, is refused', () => {
  const cursor = encodeCursor('scores', [0.7312, 123]);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let at = 0; at < cursor.length; at += 1) {
    const other = alphabet[(alphabet.indexOf(cursor[at]) + 1 + (at % 60)) % 64];
    const changed = cursor.slice(0, at) + other + cursor.slice(at + 1);
    assert.throws(() => decodeCursor('scores', changed, 2, 'after'), badInput(/^after must be a cursor/), changed);
  }
  for (const odd of [
    '',
    cursor.slice(1),
    cursor.slice(0, -2),
    `${cursor}A`,
    encodeCursor('runs', [1]),
    'c2NvcmVzOk5hTjox',
  ]) {
    assert.throws(() => decodeCursor('scores', odd, 2, 'after'), badInput(/^after must be a cursor/), odd);
  }
  assert.throws(() => decodeCursor('runs', cursor, 1, 'before'), badInput(/^before must be a cursor/));
});
