import { createApp } from '../../app.js';
import { readConfig } from '../../config.js';
import { given } from '../flags.js';
import { print } from '../output.js';
import { untilInterrupted, withWorker } from '../session.js';

export interface ServeFlags {
  host?: string;
  port?: string;
  worker?: string;
  json?: boolean;
}

export interface WorkFlags {
  json?: boolean;
}

/** `winnow serve`: until Ctrl-C. */
export async function serve(flags: ServeFlags): Promise<void> {
  const stopped = untilInterrupted();
  const { host, port, worker } = flags;
  const app = createApp(readConfig(given({ WINNOW_HOST: host, WINNOW_PORT: port, WINNOW_WORKER: worker })));
  const { url } = await app.start();
  print(flags.json, { url }, () => [`Winnow listens on ${url}. Ctrl-C stops it.`]);
  await stopped;
  await app.stop();
}

/** `winnow worker`: until Ctrl-C. */
export async function work(flags: WorkFlags): Promise<void> {
  await withWorker(async ({ config, interrupted }) => {
    print(flags.json, { threads: config.threads }, () => ['This worker takes jobs. Ctrl-C stops it.']);
    await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }));
  });
}
