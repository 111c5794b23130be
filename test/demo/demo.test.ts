import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import sharp from 'sharp';

import { drawLabels, pictureFolder, readKey } from '../../demo/pictures.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

interface Figures {
  images: number;
  labels: number;
  auc: number;
  accuracy: number;
  seconds: number;
  stages: Record<string, { seconds: number; imagesPerSecond: number }>;
  thresholds: Record<string, { ok: number; ng: number; flips: number }>;
}

test('the key knows every one of the 3,391 pictures; people come in every skin tone, smileys are none', async () => {
  const key = await readKey(pictureFolder());
  assert.equal(key.size, 3391);
  const people = ['1f469-200d-1f692.webp', '1f469-1f3ff-200d-1f692.webp', '1f44b-1f3fb.webp'];
  const others = ['1f600.webp', '1f431.webp', '1f3f4-e0067_e0062_e0073_e0063_e0074.webp', '0023-fe0f-20e3.webp'];
  assert.deepEqual(
    people.map((name) => key.get(name)),
    people.map(() => true),
  );
  assert.deepEqual(
    others.map((name) => key.get(name)),
    others.map(() => false),
  );
});

test('labels are drawn by the seed, as many of each kind', async () => {
  const key = await readKey(pictureFolder());
  const names = [...key.keys()].sort();
  const drawn = drawLabels(names, key, 150, 1);
  assert.deepEqual(drawn, drawLabels(names, key, 150, 1));
  assert.notDeepEqual(drawn, drawLabels(names, key, 150, 2));
  assert.equal(drawn.size, 300);
  assert.equal([...drawn.values()].filter(Boolean).length, 150);
  for (const [name, person] of drawn) assert.equal(person, key.get(name));
});

test('a small demo ends with figures, a contact sheet and ok/ and ng/', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-demo-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const home = join(folder, 'home');
  const json = join(folder, 'figures.json');
  const args = ['--import', 'tsx', 'demo/demo.ts', '--share', '0.05', '--home', home, '--json', json];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT });

  const figures = JSON.parse(await readFile(json, 'utf8')) as Figures;
  assert.equal(figures.images, 170);
  assert.ok(figures.auc > 0.9, `AUC ${figures.auc}`);
  assert.deepEqual(Object.keys(figures.stages), ['ingest', 'resize', 'embed', 'train', 'classify', 'export']);
  for (const [name, { seconds, imagesPerSecond }] of Object.entries(figures.stages)) {
    assert.ok(seconds > 0 && imagesPerSecond > 0, name);
  }
  const [at50, at65] = [figures.thresholds['0.5'], figures.thresholds['0.65']];
  assert.equal(at50.ok + at50.ng, 170);
  assert.equal(at50.ok - at65.ok, at65.flips);
  assert.match(stdout, /AUC 0\.\d{4}/);
  assert.match(stdout, /Done in/);

  const { format, width } = await sharp(join(home, 'contact-sheet.png')).metadata();
  assert.deepEqual([format, width], ['png', 1274]);
  assert.equal((await readdir(join(home, 'export', 'ok'))).length, at65.ok);
  assert.equal((await readdir(join(home, 'export', 'ng'))).length, at65.ng);

  await t.test('and does not start in a folder that holds something', async () => {
    await assert.rejects(run(process.execPath, args, { cwd: ROOT }), { code: 2 });
  });
});
