import type { DataSource } from 'typeorm';

import type { Config } from '../config.js';
import { clearWorkshop, squareWorkshop } from '../images/storage.js';
import type { Log } from '../log.js';
import { startQueueWorker } from '../queue/worker.js';
import { runTasks } from './engine.js';
import { Networks } from './networks.js';
import { resumeRuns } from './resume.js';
import { removeStaleScratch } from './scratch.js';

export interface WorkerOptions {
  log?: Log;
  /** Images in one chunk, and the most files in one step of it, for tests; each stage has its own default. */
  spanImages?: number;
}

/**
 * Executes runs until stopped, one chunk at a time. Several workers share the work, on one machine or many, as long as
 * they see the same files.
 */
export async function startWorker(
  dataSource: DataSource,
  config: Config,
  { log, spanImages }: WorkerOptions = {},
): Promise<{ stop(): Promise<void> }> {
  const networks = new Networks(config);
  await removeStaleScratch(dataSource, config);
  await clearWorkshop(squareWorkshop(config.home));
  await resumeRuns(dataSource);
  const worker = await startQueueWorker(dataSource, runTasks({ dataSource, config, networks, spanImages }), { log });
  return {
    async stop() {
      await worker.stop();
      await networks.dispose();
    },
  };
}
