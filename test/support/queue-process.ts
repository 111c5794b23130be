import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { createDataSource } from '../../src/db.js';
import { startQueueWorker } from '../../src/queue/worker.js';

/*
 * A worker process whose jobs never end, for tests that kill it: `queue-process.ts <database url>`.
 * Prints `ready`, then a line for each job taken; a line on standard input makes it stop in order.
 */
const dataSource = await createDataSource({ url: process.argv[2], applicationName: 'winnow test child', poolSize: 2 });
const takeAndHold = async (payload: unknown, job: { attempt: number; signal: AbortSignal }) => {
  console.log(JSON.stringify({ payload, attempt: job.attempt }));
  await sleep(600_000, undefined, { signal: job.signal });
};
const tasks = { 'run.plan': takeAndHold, 'run.chunk': takeAndHold, 'run.finish': takeAndHold };
const worker = await startQueueWorker(dataSource, tasks);
console.log('ready');
process.stdin.resume();
await once(process.stdin, 'data');
await worker.stop();
await dataSource.destroy();
process.exit();
