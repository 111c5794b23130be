import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { readyUntilStopped, sayLast } from './child.js';

// The service as `winnow serve` runs it, but for the worker.
const app = createApp(readConfig({ WINNOW_PORT: '0', WINNOW_WORKER: 'external' }));
await readyUntilStopped(await app.start());
await app.stop();
sayLast({});
