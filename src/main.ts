import { createApp } from './app.js';
import { readConfig } from './config.js';
import { WinnowError } from './errors.js';
import { logToStderr } from './log.js';

try {
  const app = createApp(readConfig());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void app.stop());
  const { url } = await app.start();
  logToStderr('listening', { url });
} catch (error) {
  if (!(error instanceof WinnowError)) throw error;
  logToStderr(error.message, { code: error.code });
  process.exitCode = error.code === 'CONFIGURATION' ? 2 : 1;
}
