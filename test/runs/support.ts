import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

import type { DataSource } from 'typeorm';

import { ensureCollection } from '../../src/catalog/collections.js';
import { findRun } from '../../src/catalog/runs.js';
import { parseConfig, type Config } from '../../src/config.js';
import { rows } from '../../src/db.js';
import type { Run, StageName } from '../../src/entities/index.js';
import type { Log } from '../../src/log.js';
import { requestRun } from '../../src/runs/request.js';
import { startWorker, type WorkerOptions } from '../../src/runs/start-worker.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';

const WAIT_MS = 240_000;

export interface Bench {
  db: TestDatabase;
  config: Config;
  /** A folder for the test's own pictures and exports; gone after it. */
  folder: string;
  /** Name of the collection. */
  collection: string;
  collectionId: number;
}

/** A fresh database with one collection, and a home and a folder that are gone after the test. No worker yet. */
export async function openBench(t: TestContext): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-runs-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const db = await freshDatabase(t);
  const home = join(folder, 'home');
  await mkdir(home);
  const config = parseConfig({ WINNOW_HOME: home, DATABASE_URL: db.url });
  const { id } = await ensureCollection(db, 'pictures');
  return { db, config, folder, collection: 'pictures', collectionId: id };
}

/** The same with a worker in this process. */
export async function openBenchWithWorker(t: TestContext, options: WorkerOptions = {}): Promise<Bench> {
  const bench = await openBench(t);
  const log: Log = (message, details) => t.diagnostic(`${message} ${inspect(details)}`);
  const worker = await startWorker(bench.db, bench.config, { log, ...options });
  t.after(() => worker.stop());
  return bench;
}

/** Asks for a run and waits for its end. */
export async function execute(bench: Bench, stage: StageName, options: object = {}): Promise<Run> {
  return ended(bench.db, (await request(bench, stage, options)).id);
}

export function request({ db, collection }: Bench, stage: StageName, options: object = {}): Promise<Run> {
  return requestRun(db, { collection, stage, options, requestedBy: 'test' });
}

/** A run that has ended. */
export async function ended(db: DataSource, runId: number): Promise<Run> {
  return until(db, runId, (run) => run.finishedAt !== null);
}

/** The run as soon as `condition` holds; looks every few milliseconds. */
export async function until(db: DataSource, runId: number, condition: (run: Run) => boolean): Promise<Run> {
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    const run = await findRun(db, runId);
    if (condition(run)) return run;
    if (Date.now() > giveUpAt) throw new Error(`run ${runId} is still ${run.state}: ${JSON.stringify(run)}`);
    await sleep(5);
  }
}

/**
 * Pictures that come with the development dependencies, small WebPs: `count` of people or of food, evenly chosen.
 * (The names are Unicode code points.)
 */
export async function emoji(what: keyof typeof EMOJI, count: number): Promise<string[]> {
  const folder = join(dirname(fileURLToPath(import.meta.resolve('@lobehub/fluent-emoji-3d/package.json'))), 'assets');
  const names = (await readdir(folder)).filter((name) => EMOJI[what].test(name)).sort();
  const step = names.length / count;
  if (step < 1) throw new Error(`there are only ${names.length} pictures of ${what}`);
  return Array.from({ length: count }, (_, i) => join(folder, names[Math.floor(i * step)]));
}

const EMOJI = { people: /^1f(46[6-9]|9d[1-3])/, food: /^1f(3[2-7]|95|96|9c)/, any: /webp$/ };

/** Copies files into a new folder; of equal names, the last stays. */
export async function copyInto(folder: string, files: readonly string[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const copies = files.map((file) => join(folder, basename(file)));
  for (const [i, file] of files.entries()) await cp(file, copies[i]);
  return copies;
}

/** One number out of a statement. */
export async function count(db: DataSource, text: string, values: unknown[] = []): Promise<number> {
  const [row] = await rows<{ count: string }>(db, `select count(*) as count ${text}`, values);
  return Number(row.count);
}
