import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { modelByNumber } from '../../src/catalog/models.js';
import { rows } from '../../src/db.js';
import { addBackbone } from '../../src/runs/add-backbone.js';
import { listBackbones } from '../../src/runs/backbones.js';
import { SIZE, smallNetwork } from '../support/networks.js';
import { copyInto, emoji, execute, openBench, openBenchWithWorker, request } from './support.js';

const REQUEST = { name: 'small', size: SIZE, output: 'maps', licence: 'CC0-1.0' };

test('a run with a backbone that is not there is refused when it is asked for', async (t) => {
  const bench = await openBench(t);
  const message = /backbone must be one of mobilenet-v3.*, but is "vgg-99"/;
  for (const stage of ['EMBED', 'TRAIN'] as const) {
    await assert.rejects(request(bench, stage, { backbone: 'vgg-99' }), { code: 'BAD_INPUT', message });
    await assert.rejects(request(bench, stage, { backbone: 'toString' }), { code: 'BAD_INPUT' });
  }
});

test('an added network embeds, trains and scores like those that come with the program, on squares of its own size', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, config, folder, collectionId } = bench;
  const onnx = join(folder, 'small.onnx');
  await writeFile(onnx, smallNetwork());
  const { definition, imagesPerSecond } = await addBackbone(db, config, { ...REQUEST, onnx }, 'ada');
  assert.equal(definition.dimensions, 8);
  assert.ok(imagesPerSecond > 0);
  await rm(onnx);

  const each = 20;
  await copyInto(join(folder, 'pictures', 'positive'), await emoji('people', each));
  await copyInto(join(folder, 'pictures', 'negative'), await emoji('food', each));
  await execute(bench, 'INGEST', { paths: [join(folder, 'pictures')], labelsByFolder: true });
  assert.equal((await execute(bench, 'EMBED', { backbone: 'small' })).done, 2 * each);
  await execute(bench, 'TRAIN', { backbone: 'small', epochs: 5 });
  assert.equal((await execute(bench, 'CLASSIFY')).done, 2 * each);
  const model = await modelByNumber(db, collectionId, 'latest');
  const [{ name, size, spec }] = await rows<{ name: string; size: number; spec: Record<string, unknown> }>(
    db,
    'select name, size, spec from winnow.backbones where id = $1',
    [model.backboneId],
  );
  assert.deepEqual([name, size, spec.licence, spec.output], ['small', SIZE, 'CC0-1.0', 'maps']);

  const kept = join(config.home, 'backbones', 'kept');
  const [file] = await readdir(kept);
  await rm(join(kept, file));
  const listed = (await listBackbones(db, config)).find((backbone) => backbone.name === 'small');
  assert.match(listed?.missing ?? '', /The network of small is not there/);
});

test('a name belongs to one network for ever', async (t) => {
  const { db, config, folder } = await openBench(t);
  const onnx = join(folder, 'small.onnx');
  await writeFile(onnx, smallNetwork());
  const add = (other: object) => addBackbone(db, config, { ...REQUEST, onnx, ...other }, 'ada');
  await add({});
  await add({});
  await assert.rejects(add({ mean: [0, 0, 0] }), { code: 'CONFLICT', message: /another backbone called small/ });
  const listed = await listBackbones(db, config);
  const [small] = listed.filter(({ name }) => name === 'small');
  assert.deepEqual([small.added?.by, small.licence, small.missing], ['ada', 'CC0-1.0', null]);
  assert.deepEqual(
    small.speeds.map(({ precision, provider }) => [precision, provider]),
    [['FP32', 'cpu']],
  );
  const refused: [object, RegExp][] = [
    [{ name: 'mobilenet-v3' }, /comes with the program/],
    [{ name: '../x' }, /name must be 1 to 64 of a-z/],
    [{ onnx: join(folder, 'none.onnx') }, /cannot be read: ENOENT/],
    [{ onnx: folder }, /cannot be read: EISDIR/],
    [{ std: [1, 0, 1] }, /std must be three numbers above 0/],
    [{ mean: [1] }, /mean must be three numbers/],
    [{ layout: 'CHW' }, /layout must be one of NCHW, NHWC/],
    [{ size: 8 }, /size must be a whole number from 16/],
  ];
  for (const [other, message] of refused) await assert.rejects(add(other), { code: 'BAD_INPUT', message });
});
