import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureCollection } from '../src/catalog/collections.js';
import type { Run } from '../src/entities/index.js';
import { trainSomeModel } from './model.js';
import { pictureFiles, pictureFolder } from './pictures.js';
import { against, median, report, type Figure, type Report } from './report.js';
import { COLLECTION, execute, withScratch, type Scratch } from './scratch.js';

const IMAGES = 20_000;
const SETTLED_AFTER = 2_000;
const WORKER = fileURLToPath(new URL('../src/worker.ts', import.meta.url));

/**
 * Resident memory of a worker process over 20,000 images (real ones with a few changed bytes each), while it ingests and
 * while it classifies them from files to rows: at the end, held against that after the first 2,000.
 */
export async function memory({ pictures }: { pictures?: string }): Promise<Report> {
  const files = await pictureFiles(await pictureFolder(pictures));
  return withScratch(async (scratch) => {
    await ensureCollection(scratch.dataSource, COLLECTION);
    const first = await copies(files, join(scratch.config.home, 'first'), 0, 100);
    const all = await copies(files, join(scratch.config.home, 'all'), 100, IMAGES - 100);
    const worker = fork(WORKER, { env: { ...process.env, WINNOW_HOME: scratch.config.home, DATABASE_URL: '' } });
    try {
      if (!worker.pid) throw new Error('the worker did not start');
      await execute(scratch, 'INGEST', { paths: [first] });
      await trainSomeModel(scratch);
      const ingest = await growth(scratch, worker.pid, 'INGEST', { paths: [all] });
      const classify = await growth(scratch, worker.pid, 'CLASSIFY', {});
      const worst = (ingest.ratio ?? 0) > (classify.ratio ?? 0) ? ingest : classify;
      return report('memory', {
        ingestResident: ingest,
        classifyResident: classify,
        residentGrowth: { value: worst.ratio ?? NaN, unit: 'x', limit: 1.1 },
      });
    } finally {
      if (worker.exitCode === null && worker.kill('SIGTERM')) await once(worker, 'exit');
    }
  });
}

/** Median resident memory of the last tenth of the run, against that around the first 2,000 images. */
async function growth(scratch: Scratch, pid: number, stage: 'INGEST' | 'CLASSIFY', options: object): Promise<Figure> {
  const samples: { done: number; mebibytes: number }[] = [];
  const { done } = await execute(scratch, stage, options, async (run: Run) => {
    samples.push({ done: run.done, mebibytes: await resident(pid) });
  });
  const between = (from: number, to: number) =>
    median(samples.filter((sample) => sample.done >= from && sample.done <= to).map((sample) => sample.mebibytes));
  const settled = between(SETTLED_AFTER, 2 * SETTLED_AFTER);
  const last = between(0.9 * done, done);
  console.log(
    `${stage}: ${done} images, resident ${settled.toFixed(0)} MiB settled, ${last.toFixed(0)} MiB at the end`,
  );
  return against(last, settled, 'MiB');
}

async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** Writes `count` files, each a picture with its number after the end of the image: other bytes, same pixels. */
async function copies(files: string[], folder: string, from: number, count: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (let i = from; i < from + count; i += 1) {
    const source = files[i % files.length];
    const bytes = Buffer.concat([await readFile(source), Buffer.from(`\n${i}\n`)]);
    await writeFile(join(folder, `${i}${extname(source)}`), bytes);
  }
  return folder;
}
