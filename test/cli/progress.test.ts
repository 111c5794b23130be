import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';

import { formatCount, formatRate, formatSeconds, formatShare, tableLines, words } from '../../src/cli/format.js';
import { rateMeter, startProgress } from '../../src/cli/progress.js';
import type { Position } from '../../src/cli/progress.js';
import { columnsOf, wrap } from '../../src/cli/terminal-text.js';

const position = (done: number, seconds: number, more: Partial<Position> = {}): Position => ({
  done,
  skipped: 0,
  failed: 0,
  total: 1000,
  seconds,
  ...more,
});

test('numbers are written to be read', () => {
  assert.equal(formatCount(75_000), '75,000');
  assert.deepEqual([0.84, 9.96, 48.4, 59.6, 245, 7800].map(formatSeconds), [
    '0.8 s',
    '10.0 s',
    '48 s',
    '1 m 00 s',
    '4 m 05 s',
    '2 h 10 m',
  ]);
  assert.deepEqual([0.42, 7.11, 1204.4].map(formatRate), ['0.42/s', '7.1/s', '1,204/s']);
  assert.deepEqual([formatShare(0.98765), formatShare(null)], ['0.9877', '-']);
  assert.deepEqual(['seconds', 'validationAuc'].map(words), ['seconds', 'validation AUC']);
  assert.deepEqual(tableLines(['a', 'b'], [['long', '1']]), ['a     b', '────  ─', 'long  1']);
});

test('what is wider than a terminal is broken at spaces, and tables give way where they hold text', () => {
  assert.deepEqual(wrap('  To get more: install it', 16), ['  To get more:', '  install it']);
  assert.deepEqual(wrap('a /very/long/path/of/a/file it was', 10), ['a', '/very/long/path/of/a/file', 'it was']);
  const head = ['code', 'file', 'message'];
  const body = [['TRUNCATED', '/pictures/of/animals/in/a/folder/cat.jpg', 'The file ends before the picture does.']];
  assert.deepEqual(tableLines(head, body, [0, 1, 2], 60), [
    'code       file                     message',
    '─────────  ───────────────────────  ────────────────────────',
    'TRUNCATED  /pictur…/folder/cat.jpg  The file ends before the',
    '                                    picture does.',
  ]);
  assert.equal(tableLines(head, body, [0, 1, 2], Infinity).length, 3);
});

test('names of any script stand in their columns, and none of them speaks to the terminal', () => {
  const head = ['file', 'n'];
  const names = ['/bilder/漢字漢字漢字漢字漢字.jpg', '/p/👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀.jpg', 'plain.jpg'];
  for (const width of [24, Infinity]) {
    const [first, ...others] = tableLines(
      head,
      names.map((name) => [name, '1']),
      [0],
      width,
    );
    for (const line of others) assert.equal(columnsOf(line), columnsOf(first), line);
    assert.ok(columnsOf(first) <= width);
  }
  const cut = tableLines(head, [[names[1], '1']], [0], 24)[2];
  assert.match(cut, /^\/p\/(👩🏽‍🚀)*…(👩🏽‍🚀)*\.jpg +1$/u, 'no emoji is cut in two');
  assert.deepEqual(tableLines(head, [['\x1b]0;hi\x07\n\u202egpj.exe', '1']]).slice(2), [
    String.raw`\x1b]0;hi\x07\x0a\u202egpj.exe  1`,
  ]);
  assert.deepEqual(wrap('漢字 漢字 漢字', 9), ['漢字 漢字', '漢字']);
});

test('the rate is that of the last seconds, and skipped items do not count', () => {
  const rate = rateMeter();
  assert.equal(rate(position(0, 0)), null);
  assert.equal(rate(position(100, 1, { skipped: 500 })), 100);
  for (let second = 2; second <= 20; second += 1) rate(position(100 + second, second));
  assert.ok(Math.abs((rate(position(121, 21)) ?? 0) - 1) < 0.01);
  assert.equal(rate(position(0, 22)), null, 'a run taken up again counts anew');
  assert.equal(rate(position(30, 23)), 30);
});

test('without a terminal there is a line every few seconds and one at the end, in plain text', () => {
  const { sink, written } = collect();
  const progress = startProgress('embed', sink);
  for (let second = 0; second <= 12; second += 1) progress.update(position(second * 50, second));
  progress.end(position(990, 20, { failed: 10 }), '10 failed');
  assert.deepEqual(written().split('\n'), [
    'embed: 250/1,000, 50.0/s, 15 s left',
    'embed: 500/1,000, 50.0/s, 10 s left',
    'embed: 1,000/1,000, 50.0/s in 20 s, 10 failed',
    '',
  ]);
});

test('on a terminal the line is drawn over itself and fits the width', () => {
  const { sink, written } = collect();
  const progress = startProgress('resize', Object.assign(sink, { isTTY: true, columns: 60, hasColors: () => false }));
  progress.update(position(0, 0, { total: null }));
  progress.update(position(500, 2));
  progress.end(position(1000, 4));
  const lines = written().split('\r\x1b[2K').slice(1);
  assert.equal(lines.length, 3);
  for (const line of lines) assert.ok(line.trimEnd().length <= 60, `${line.length}: ${line}`);
  assert.match(lines[1], /━{4,}─{4,} +500\/1,000 +250\/s {2}2\.0 s left$/);
  assert.match(lines[2], /━ +1,000\/1,000 +250\/s {2}4\.0 s\n$/);
});

function collect(): { sink: Writable; written: () => string } {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { sink, written: () => text };
}
