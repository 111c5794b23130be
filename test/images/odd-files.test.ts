import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';

import { parseConfig } from '../../src/config.js';
import { isFailure } from '../../src/errors.js';
import { decodeSquare, DEFAULT_LETTERBOX, letterbox } from '../../src/images/letterbox.js';
import type { ImageFacts } from '../../src/images/read.js';
import { inspect, readFileBytes } from '../../src/images/read.js';
import { walk } from '../../src/images/walk.js';
import type { OddFile } from '../fixtures/odd-files.js';
import { writeOddFiles } from '../fixtures/odd-files.js';

interface Outcome {
  code: string;
  message: string;
  facts?: ImageFacts;
}

const { limits } = parseConfig({});
const outcomes = new Map<string, Outcome>();
let directory: string;
let rows: OddFile[];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'winnow-odd-'));
  rows = await writeOddFiles(directory);
  for await (const found of walk(directory)) {
    if ('failure' in found) outcomes.set(relative(directory, found.failure.uri), found.failure);
    else outcomes.set(relative(directory, found.file.path), await readAll(found.file.path));
  }
});

after(() => rm(directory, { recursive: true, force: true }));

test('every bad and odd file is accounted for, with its own code', () => {
  assert.ok(rows.length >= 45, `${rows.length} rows`);
  const expected = rows.map(({ name, expect }) => `${name}: ${expect}`);
  const actual = [...outcomes].map(([name, { code }]) => `${name}: ${code}`);
  assert.deepEqual(actual.sort(), expected.sort());
});

test('every failure has a message of one line that a person can use', () => {
  for (const [name, { code, message }] of outcomes) {
    if (code === 'OK') continue;
    assert.match(message, /^[^\n]{10,300}\.$/, name);
    assert.doesNotMatch(message, /\bat \w+ \(|undefined|\[object/, name);
  }
});

test('the facts of odd pictures are right', () => {
  const facts = (name: string) => outcomes.get(name)?.facts;
  const shape = (name: string) => {
    const { format, width, height, orientation, frames } = facts(name) ?? {};
    return [format, width, height, orientation, frames];
  };
  assert.deepEqual(shape('png named.jpg'), ['PNG', 120, 80, 1, 1]);
  assert.deepEqual(shape('animated.gif'), ['GIF', 60, 40, 1, 3]);
  assert.deepEqual(shape('animated.webp'), ['WEBP', 60, 40, 1, 3]);
  assert.deepEqual(shape('pages.tiff'), ['TIFF', 60, 40, 1, 3]);
  assert.deepEqual(shape('10-bit.avif'), ['AVIF', 120, 80, 1, 1]);
  assert.deepEqual(shape('1x10000.png'), ['PNG', 1, 10_000, 1, 1]);
  for (const orientation of [1, 2, 3, 4]) {
    assert.deepEqual(shape(`turned/${orientation}.jpg`), ['JPEG', 120, 80, orientation, 1]);
  }
  for (const orientation of [5, 6, 7, 8]) {
    assert.deepEqual(shape(`turned/${orientation}.jpg`), ['JPEG', 80, 120, orientation, 1]);
  }
  assert.equal(facts('twin a.jpg')?.sha256, facts('twin b.jpg')?.sha256);
  assert.equal(facts('links/to a file.jpg')?.sha256, facts('plain.jpg')?.sha256);
});

async function readAll(path: string): Promise<Outcome> {
  try {
    const bytes = await readFileBytes(path, limits);
    const facts = await inspect(bytes, limits);
    const square = await letterbox(bytes, DEFAULT_LETTERBOX, limits);
    const pixels = await decodeSquare(square, DEFAULT_LETTERBOX.size);
    assert.equal(pixels.length, 224 * 224 * 3);
    return { code: 'OK', message: '', facts };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error;
  }
}
