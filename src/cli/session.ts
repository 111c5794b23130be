import { userInfo } from 'node:os';

import type { DataSource } from 'typeorm';

import { readConfig } from '../config.js';
import type { Config } from '../config.js';
import { openDatabase } from '../database.js';

/** One Ctrl-C can come twice: from the terminal, and once more from npx, which passes it on. */
const ECHO_MS = 500;

/** What a command that executes runs works with. */
export interface Session {
  readonly config: Config;
  readonly dataSource: DataSource;
  /** Aborted by the first Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** Opens the database (a running server of ours is found and shared), does the work, and closes it again. */
export async function withDatabase<T>(work: (dataSource: DataSource, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig();
  const database = await openDatabase(config, 'cli');
  try {
    return await work(database.dataSource, config);
  } finally {
    await database.close();
  }
}

/**
 * As `withDatabase`, with a worker in this process for the time of the work.
 * The first Ctrl-C aborts `interrupted`, so that the work can end in order; the second one quits at once.
 */
export async function withWorker<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const interrupts = watchInterrupts();
  try {
    return await withDatabase(async (dataSource, config) => {
      // Brings the networks along, which commands that only read do not wait for.
      const { startWorker } = await import('../runs/start-worker.js');
      const worker = await startWorker(dataSource, config);
      try {
        return await work({ config, dataSource, interrupted: interrupts.signal });
      } finally {
        await worker.stop();
      }
    });
  } finally {
    interrupts.dispose();
  }
}

/** Who asks: the name of the system's user, for the catalog's records. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'local'; // a user id without a name, as in some containers
  }
}

/** Resolves at the first SIGINT or SIGTERM. */
export function untilInterrupted(): Promise<void> {
  const interrupts = watchInterrupts();
  return new Promise((resolve) => interrupts.signal.addEventListener('abort', () => resolve(), { once: true }));
}

function watchInterrupts(): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let first = 0;
  const onSignal = (): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > ECHO_MS) {
      process.exit(130);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
