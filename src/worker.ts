import { readConfig } from './config.js';
import { openDatabase } from './database.js';
import { logToStderr } from './log.js';
import { startWorker } from './runs/start-worker.js';

/** Executes runs: a child of `serve`, or a process of its own beside it. */
const config = readConfig();
const database = await openDatabase(config, 'worker');
const worker = await startWorker(database.dataSource, config, { log: logToStderr });

let stopping: Promise<void> | undefined;
const stop = () => (stopping ??= worker.stop().finally(() => database.close()));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
// A worker whose parent is gone must not work on behind everybody's back. It may have gone before anybody listened.
process.once('disconnect', () => void stop());
process.channel?.unref();
if (process.send && !process.connected) void stop();
else process.send?.('ready', undefined, undefined, () => undefined);
