import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { BUILT_IN, describeBackbone, loadBackbone } from '../../src/ml/backbones.js';
import { tapMeans } from '../support/graph-model.js';
import { realSquares } from '../support/squares.js';

const [MOBILENET] = BUILT_IN;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SQUARE = 224 * 224 * 3;
const { fingerprint, dimensions, spec } = await describeBackbone(MOBILENET, { home: tmpdir() });
const taps = spec.taps as string[];

describe('the default backbone', () => {
  let home: string;
  let squares: Uint8Array;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'winnow-backbones-'));
    squares = await realSquares(64);
  });
  after(() => rm(home, { recursive: true }));

  const file = () => join(home, 'backbones', `${fingerprint}.onnx`);
  const load = () => loadBackbone(MOBILENET, { home, threads: 1 });

  test('agrees with TensorFlow.js on 64 real pictures to 1e-4', async (t) => {
    const models = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '../models/centernet');
    const files = { json: readFileSync(`${models}.json`), weights: readFileSync(`${models}.bin`) };
    const expected = await tapMeans(files, { input: 'tower_0/images', taps, size: 224 }, squares);
    const backbone = await load();
    const features = await backbone.embed(squares, 64);
    await backbone.dispose();

    // Of each picture and tap: the largest difference over the largest magnitude.
    let first = 0;
    for (const [tap, values] of expected.entries()) {
      const width = values.length / 64;
      const worst = Array.from({ length: 64 }, (_, picture) => {
        const theirs = values.subarray(picture * width, (picture + 1) * width);
        const ours = features.subarray(picture * dimensions + first, picture * dimensions + first + width);
        return Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]))) / Math.max(...theirs.map(Math.abs));
      });
      t.diagnostic(`${taps[tap]}: ${width} numbers, off by ${Math.max(...worst).toExponential(1)} at most`);
      assert.ok(Math.max(...worst) <= 1e-4, `${taps[tap]} is off by ${Math.max(...worst)}`);
      first += width;
    }
    assert.equal(first, dimensions);
  });

  test('gives a picture the same features, bit for bit, alone and among 32', async () => {
    const backbone = await load();
    const together = await backbone.embed(squares.subarray(0, 32 * SQUARE), 32);
    for (const picture of [0, 7, 8, 31]) {
      const alone = await backbone.embed(squares.subarray(picture * SQUARE, (picture + 1) * SQUARE), 1);
      assert.deepEqual(alone, together.slice(picture * dimensions, (picture + 1) * dimensions));
    }
    const [eleven, none] = await Promise.all([
      backbone.embed(squares.subarray(0, 11 * SQUARE), 11),
      backbone.embed(squares.subarray(0, 0), 0),
    ]);
    assert.deepEqual(eleven, together.slice(0, 11 * dimensions));
    assert.equal(none.length, 0);
    await assert.rejects(backbone.embed(squares.subarray(1), 64), { code: 'INTERNAL' });
    await backbone.dispose();
  });

  test('is converted once, and again when its file is damaged, cut short or without its hash', async () => {
    await (await load()).dispose();
    const whole = await readFile(file());
    const damaged = Buffer.from(whole);
    damaged[damaged.length >> 1] ^= 1;
    const damages = [
      () => writeFile(file(), damaged),
      () => truncate(file(), 1000),
      () => truncate(`${file()}.sha256`, 10),
      () => rm(`${file()}.sha256`),
      () => rm(file()),
    ];
    for (const damage of damages) {
      await damage();
      const backbone = await load();
      assert.equal((await backbone.embed(squares.subarray(0, SQUARE), 1)).length, dimensions);
      await backbone.dispose();
      assert.deepEqual(await readFile(file()), whole);
    }
    assert.deepEqual((await readdir(dirname(file()))).sort(), [`${fingerprint}.onnx`, `${fingerprint}.onnx.sha256`]);
  });

  test('is converted by several processes at once, all of which can use it', async () => {
    await rm(dirname(file()), { recursive: true });
    const script = `
      import { BUILT_IN, loadBackbone } from './src/ml/backbones.ts';
      const backbone = await loadBackbone(BUILT_IN[0], { home: process.argv[1], threads: 1 });
      console.log((await backbone.embed(new Uint8Array(${SQUARE}), 1)).length);`;
    const outputs = await Promise.all([run(script, home), run(script, home), load()]);
    assert.deepEqual(outputs.slice(0, 2), [`${dimensions}\n`, `${dimensions}\n`]);
    await outputs[2].dispose();
    assert.equal((await readdir(dirname(file()))).length, 2);
  });

  test('is described without loading ONNX Runtime, and its fingerprint does not change', async () => {
    const script = `
      import { BUILT_IN, describeBackbone } from './src/ml/backbones.ts';
      console.log((await describeBackbone(BUILT_IN[0], { home: '.' })).fingerprint);
      console.log(process.report.getReport().sharedObjects.filter((path) => path.includes('onnxruntime')).length);`;
    assert.equal(await run(script), `${fingerprint}\n0\n`);
    assert.match(fingerprint, /^[0-9a-f]{64}$/);
    assert.equal(dimensions, 1216);
  });
});

/** What a script says, in a process of its own. Anything on its stderr fails: ONNX Runtime must be quiet. */
async function run(script: string, ...args: string[]): Promise<string> {
  const options = ['--import', 'tsx', '--input-type', 'module', '--eval', script, ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, options, { cwd: ROOT });
  assert.equal(stderr, '');
  return stdout;
}
