import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { findRun } from '../../src/catalog/runs.js';
import { rows } from '../../src/db.js';
import type { Run, StageName } from '../../src/entities/index.js';
import { undoExport } from '../../src/runs/files/undo.js';
import {
  copyInto,
  emoji,
  ended,
  execute,
  openBench,
  openBenchWithWorker,
  request,
  until,
  type Bench,
} from './support.js';

const LABELLED = 40;
const UNLABELLED = 240;

/** The worker as it is, and one that writes down after every few pictures, so that it can be caught in the middle. */
const PRODUCT = '../../src/worker.ts';
const SMALL_STEPS = '../fixtures/small-steps-worker.ts';

/** Stages with their options; between them, half of the features are forgotten so that CLASSIFY has some to make. */
const stagesOf = (folder: string): [StageName, object][] => [
  ['INGEST', { paths: [join(folder, 'in')], labelsByFolder: true }],
  ['RESIZE', {}],
  ['EMBED', {}],
  ['TRAIN', { epochs: 100, patience: 0 }],
  ['CLASSIFY', {}],
  ['EXPORT', { directory: join(folder, 'out'), mode: 'MOVE' }],
];

test('a worker killed in the middle of every stage: what it leaves is finished, nothing twice and nothing lost', async (t) => {
  const [killed, calm] = await Promise.all([openBench(t), openBenchWithWorker(t)]);
  await Promise.all([killed, calm].map(fill));

  // The worker with which nothing happens shows what there should be in the end.
  for (const [stage, options] of stagesOf(calm.folder)) {
    const run = await execute(calm, stage, options);
    assert.equal(run.state, 'SUCCEEDED', JSON.stringify(run));
    await forgetHalf(calm, stage);
  }
  let worker = await startChild(t, killed);
  for (const [stage, options] of stagesOf(killed.folder)) {
    const { id } = await request(killed, stage, options);
    await until(killed.db, id, (run) => run.done > 0 || run.finishedAt !== null);
    await kill(worker);
    const left = await findRun(killed.db, id);
    assert.ok(left.state === 'RUNNING' && left.done < left.total!, `through already: ${JSON.stringify(left)}`);

    worker = await startChild(t, killed, stage === 'EXPORT' ? PRODUCT : SMALL_STEPS);
    const run = await ended(killed.db, id);
    assert.equal(run.state, 'SUCCEEDED', JSON.stringify(run));
    assert.equal(run.done + run.skipped + run.failed, run.total);
    await forgetHalf(killed, stage);
  }
  await stop(worker);

  assert.deepEqual(await countsOf(killed), await countsOf(calm));
  const all = Object.entries(await pictures()).flatMap(([name, files]) => files.map((file) => [name, file]));
  const scored = await rows<{ images: number; scores: number; binned: number }>(
    killed.db,
    `select count(distinct image_id)::int as images, count(*)::int as scores,
            (select sum(images)::int from winnow.score_bins) as binned from winnow.scores`,
  );
  assert.deepEqual(scored, [{ images: all.length, scores: all.length, binned: all.length }]);

  // Every picture stands in the export, and goes back to where it was.
  const { folder, db } = killed;
  for (const name of ['positive', 'negative', 'rest']) assert.deepEqual(await readdir(join(folder, 'in', name)), []);
  assert.equal((await undoExport(db, join(folder, 'out'))).restored, all.length);
  for (const [name, file] of all) {
    assert.deepEqual(await readFile(join(folder, 'in', name, basename(file))), await readFile(file));
  }
});

/** No picture is in two of the folders. */
async function pictures(): Promise<{ positive: string[]; negative: string[]; rest: string[] }> {
  const positive = await emoji('people', LABELLED);
  const negative = await emoji('food', LABELLED);
  const labelled = new Set([...positive, ...negative]);
  return { positive, negative, rest: (await emoji('any', UNLABELLED)).filter((file) => !labelled.has(file)) };
}

async function fill({ folder }: Bench): Promise<void> {
  for (const [name, files] of Object.entries(await pictures())) await copyInto(join(folder, 'in', name), files);
}

async function forgetHalf({ db }: Bench, stage: StageName): Promise<void> {
  if (stage === 'TRAIN') await rows(db, 'delete from winnow.features where image_id % 2 = 0');
}

/** Rows of every table, and what every run counted. */
async function countsOf({ db }: Bench): Promise<unknown> {
  const tables = ['images', 'collection_images', 'labels', 'features', 'epochs', 'models', 'model_labels', 'scores'];
  const more = ['thresholds', 'failures', 'exports', 'export_files'];
  const counts = [...tables, ...more].map((table) => `(select count(*)::int from winnow.${table}) as ${table}`);
  const [found] = await rows(
    db,
    `select ${counts.join(', ')},
       (select count(*)::int from winnow.sources where replaced_at is null) as sources,
       (select count(*)::int from winnow.run_chunks where finished_at is null) as unfinished,
       (select count(*)::int from graphile_worker.jobs) as jobs,
       (select count(*)::int from pg_class where relname like 'scores\\_r%' and relkind = 'r') as score_tables`,
  );
  const runs = await rows<Run>(db, 'select stage, state, total, done, skipped, failed from winnow.runs order by id');
  return { found, runs };
}

async function startChild(t: TestContext, { config }: Bench, entry = SMALL_STEPS): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL(entry, import.meta.url))], {
    env: { ...process.env, WINNOW_HOME: config.home, DATABASE_URL: config.databaseUrl ?? '', WINNOW_THREADS: '1' },
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

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, 'a worker that is asked to stop ends in order');
}
