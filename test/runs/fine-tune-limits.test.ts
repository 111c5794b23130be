import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { rows } from '../../src/db.js';
import { workerEnvironment, type Config } from '../../src/config.js';
import { cancelRun } from '../../src/runs/request.js';
import { startWorker } from '../../src/runs/start-worker.js';
import { writeVgg16Weights } from '../support/vgg16-weights.js';
import { copyInto, count, emoji, ended, execute, openBench, request, until, type Bench } from './support.js';

const EACH = 8;
const OPTIONS = { fineTune: 'BLOCK4', size: 32, epochs: 4, patience: 0, batchSize: 8 };

test('a worker killed in the middle of fine-tuning: the run starts again, and nothing is left behind', async (t) => {
  const { bench, config } = await openFilled(t);
  const { db, collectionId } = bench;
  const models = join(config.home, 'models', String(collectionId));

  const first = await startChild(t, config);
  const { id } = await request(bench, 'TRAIN', OPTIONS);
  await until(db, id, (run) => run.done > 0 || run.finishedAt !== null);
  await kill(first);
  const [left] = await readdir(models);
  assert.match(left, new RegExp(`^\\.run-${id}-`));
  assert.ok((await readdir(join(models, left))).includes('frozen'));

  const second = await startChild(t, config);
  const run = await ended(db, id);
  assert.equal(run.state, 'SUCCEEDED', JSON.stringify(run));
  assert.equal(run.done, 4);
  assert.equal(await count(db, 'from winnow.epochs where run_id = $1', [id]), 4);
  assert.deepEqual(await readdir(models), [`run-${id}`]);

  // One that is cancelled while no worker lives leaves its files until a worker starts.
  const { id: other } = await request(bench, 'TRAIN', OPTIONS);
  await until(db, other, (run) => run.done > 0);
  await kill(second);
  await rows(db, `update winnow.runs set state = 'CANCELLED', finished_at = now() where id = $1`, [other]);
  assert.equal((await readdir(models)).length, 2);
  await startChild(t, config);
  assert.deepEqual(await readdir(models), [`run-${id}`]);
});

test('a cancel ends fine-tuning between two batches and removes what it kept', async (t) => {
  const { bench, config } = await openFilled(t);
  const worker = await startWorker(bench.db, config);
  t.after(() => worker.stop());
  const { id } = await request(bench, 'TRAIN', { ...OPTIONS, epochs: 1000 });
  await until(bench.db, id, (run) => run.done > 0);
  await cancelRun(bench.db, id);
  assert.equal((await ended(bench.db, id)).state, 'CANCELLED');
  assert.deepEqual(await readdir(join(config.home, 'models', String(bench.collectionId))), []);
});

test('more pictures than the setting has room for: refused before anything is computed', async (t) => {
  const { bench, config } = await openFilled(t);
  const each = (32 / 8) ** 2 * 256 * 4;
  const worker = await startWorker(bench.db, { ...config, fineTuneBytes: 2 * EACH * each - 1 });
  t.after(() => worker.stop());
  const run = await execute(bench, 'TRAIN', OPTIONS);
  assert.equal(run.state, 'FAILED');
  assert.equal(run.errorCode, 'BAD_INPUT');
  assert.match(
    run.errorMessage!,
    /16 labelled images of 32 pixels keeps 262144 bytes.*WINNOW_FINE_TUNE_BYTES permits 262143/,
  );
  assert.deepEqual(await readdir(join(config.home, 'models', String(bench.collectionId))), []);
});

const REFUSED: [options: object, says: RegExp][] = [
  [{ fineTune: 'BLOCK3' }, /fineTune must be one of NONE, BLOCK4, but is "BLOCK3"/],
  [{ fineTune: 'BLOCK4', backbone: 'mobilenet-v3' }, /With fine-tuning, backbone must be vgg16, but is "mobilenet-v3"/],
  [{ fineTune: 'BLOCK4', precision: 'INT8' }, /With fine-tuning, precision must be FP32, but is "INT8"/],
  [{ fineTune: 'BLOCK4', head: 'LINEAR' }, /With fine-tuning, head must be MLP, but is "LINEAR"/],
  [{ fineTune: 'BLOCK4', folds: 5 }, /With fine-tuning, folds must be 1, but is 5/],
  [{ fineTune: 'BLOCK4', augmentation: 'FLIP' }, /With fine-tuning, augmentation must be NONE, but is "FLIP"/],
  [{ fineTune: 'BLOCK4', size: 100 }, /With fine-tuning, size must be a multiple of 32, but is 100/],
  [{ size: 64 }, /size goes with fine-tuning/],
];

test('what does not go with fine-tuning is refused by name', async (t) => {
  const bench = await openBench(t);
  for (const [options, says] of REFUSED) {
    await assert.rejects(request(bench, 'TRAIN', options), { code: 'BAD_INPUT', message: says });
  }
});

async function openFilled(t: TestContext): Promise<{ bench: Bench; config: Config }> {
  const bench = await openBench(t);
  const vgg16Weights = await writeVgg16Weights(join(bench.folder, 'vgg16.h5'));
  const config = { ...bench.config, vgg16Weights, threads: 1 };
  const [positive, negative] = ['people', 'food'].map((name) => join(bench.folder, name));
  await copyInto(positive, await emoji('people', EACH));
  await copyInto(negative, await emoji('food', EACH));
  const worker = await startWorker(bench.db, config);
  await execute(bench, 'INGEST', { positive: [positive], negative: [negative] });
  await worker.stop();
  return { bench, config };
}

async function startChild(t: TestContext, config: Config): Promise<ChildProcess> {
  const entry = fileURLToPath(new URL('../../src/worker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', entry], {
    env: workerEnvironment(config),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  t.after(() => kill(child));
  const died = once(child, 'exit').then(() => Promise.reject(new Error('the worker ended before it was ready')));
  await Promise.race([once(child, 'message'), died]);
  died.catch(() => undefined);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
