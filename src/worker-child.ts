import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { workerEnvironment } from './config.js';
import type { Config } from './config.js';
import type { Log } from './log.js';

export interface WorkerChild {
  /** The worker process, or null between two lives. */
  pid(): number | null;
  /** Lets it finish its batch and end; kills it when that takes too long. */
  stop(): Promise<void>;
}

const TSCONFIG = fileURLToPath(new URL('../tsconfig.json', import.meta.url));
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A worker that lived so long was no failed start. */
const WELL = 60_000;
const STOP_TIMEOUT = 20_000;

/** Runs src/worker in a process of its own, and starts it again, ever more patiently, when it dies. */
export function startWorkerChild(config: Config, log: Log): WorkerChild {
  let stopping: Promise<void> | null = null;
  let child: ChildProcess | null = null;
  let restart: NodeJS.Timeout | null = null;
  let pause = FIRST_PAUSE;

  const live = (): void => {
    const bornAt = Date.now();
    const born = spawnWorker(config);
    child = born;
    log('worker started', { pid: born.pid });
    void ended(born).then(({ code, signal, error }) => {
      child = null;
      if (stopping !== null) return;
      pause = Date.now() - bornAt > WELL ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
      log('worker ended by itself; another one starts soon', {
        pid: born.pid,
        code,
        signal,
        error,
        milliseconds: pause,
      });
      restart = setTimeout(live, pause);
    });
  };

  live();
  return {
    pid: () => child?.pid ?? null,
    stop: () => {
      if (restart !== null) clearTimeout(restart);
      return (stopping ??= child === null ? Promise.resolve() : end(child, log));
    },
  };
}

/** As this process runs: from the sources through tsx, or what the build made of them. */
function spawnWorker(config: Config): ChildProcess {
  const fromSources = import.meta.url.endsWith('.ts');
  const path = fileURLToPath(new URL(fromSources ? './worker.ts' : './worker.js', import.meta.url));
  return fork(path, {
    execArgv: fromSources ? ['--import', import.meta.resolve('tsx')] : [],
    // Named, because tsx would else take the tsconfig.json of whatever folder the service was started in.
    env: { ...workerEnvironment(config), ...(fromSources ? { TSX_TSCONFIG_PATH: TSCONFIG } : {}) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function end(child: ChildProcess, log: Log): Promise<void> {
  const gone = ended(child);
  child.kill('SIGTERM');
  if (child.connected) child.disconnect(); // else the open channel would keep it alive
  const giveUp = setTimeout(() => {
    log('worker did not stop in time and is killed; its job is taken up again', { pid: child.pid });
    child.kill('SIGKILL');
  }, STOP_TIMEOUT);
  await gone;
  clearTimeout(giveUp);
}

function ended(child: ChildProcess): Promise<{ code?: number | null; signal?: string | null; error?: Error }> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve({});
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => resolve({ error })); // it could not be started at all
  });
}
