import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { DataSource } from 'typeorm';

import { findRun } from '../src/catalog/runs.js';
import { parseConfig, type Config } from '../src/config.js';
import { openDatabase } from '../src/database.js';
import type { Run, StageName } from '../src/entities/index.js';
import { requestRun } from '../src/runs/request.js';

export interface Scratch {
  config: Config;
  dataSource: DataSource;
}

/** A catalog of its own on the embedded server: in the folder given, where it stays, or in a temporary one, gone afterwards. */
export async function withScratch<T>(use: (scratch: Scratch) => Promise<T>, kept?: string): Promise<T> {
  const home = kept ?? (await mkdtemp(join(tmpdir(), 'winnow-bench-')));
  await mkdir(home, { recursive: true });
  const config = parseConfig({ WINNOW_HOME: home });
  const database = await openDatabase(config, 'bench');
  try {
    return await use({ config, dataSource: database.dataSource });
  } finally {
    await database.close();
    if (kept === undefined) await rm(home, { recursive: true, force: true });
  }
}

export const COLLECTION = 'bench';

/** Requests a run and waits for its end; `watch` sees it four times a second. */
export async function execute(
  { dataSource }: Scratch,
  stage: StageName,
  options: object,
  watch: (run: Run) => Promise<void> = () => Promise.resolve(),
  collection = COLLECTION,
): Promise<Run> {
  const { id } = await requestRun(dataSource, { collection, stage, options, requestedBy: 'bench' });
  for (;;) {
    const run = await findRun(dataSource, id);
    if (run.finishedAt) {
      if (run.state !== 'SUCCEEDED') throw new Error(`${stage} ${run.state}: ${run.errorMessage}`);
      return run;
    }
    await watch(run);
    await sleep(250);
  }
}

/** Seconds a finished run worked. */
export function secondsOf({ startedAt, finishedAt }: Run): number {
  if (!startedAt || !finishedAt) throw new Error('the run has not been executed');
  return (finishedAt.getTime() - startedAt.getTime()) / 1000;
}
