import { listenToRuns } from './catalog/run-changes.js';
import type { Config } from './config.js';
import { openDatabase } from './database.js';
import { startHttp } from './http/server.js';
import { DEFAULT_LETTERBOX } from './images/letterbox.js';
import { resolveInside } from './images/paths.js';
import { squarePath } from './images/storage.js';
import { logToStderr } from './log.js';
import type { Log } from './log.js';
import { listBackbones } from './runs/backbones.js';
import { modelFiles } from './runs/move-model.js';
import { startWorkerChild } from './worker-child.js';

export interface App {
  /**
   * Opens the database (and makes it, the first time), serves, and starts the worker.
   * @throws WinnowError CONFIGURATION or DATABASE_UNAVAILABLE; what had started by then is stopped again
   */
  start(): Promise<{ url: string }>;
  /** Stops everything in reverse order. May be called at any time, and more than once. */
  stop(): Promise<void>;
  /** The worker process, if there is one now. */
  workerPid(): number | null;
}

/** No statement of the API may run longer; a client that asks too much gets TIMEOUT and the pool gets its connection back. */
const STATEMENT_TIMEOUT = 10_000;
const POOL_SIZE = 12;

/** The service as one thing: everything it is made of is put together here, and nowhere else. */
export function createApp(config: Config, { log = logToStderr }: { log?: Log } = {}): App {
  const stops: (() => Promise<void>)[] = [];
  let workerPid: App['workerPid'] = () => null;
  let starting: Promise<{ url: string }> | null = null;
  let stopping: Promise<void> | null = null;

  const start = async (): Promise<{ url: string }> => {
    const database = await openDatabase(config, 'server', { statementTimeout: STATEMENT_TIMEOUT, poolSize: POOL_SIZE });
    stops.push(() => database.close());
    const runChanges = listenToRuns(database.dataSource, log);
    stops.push(() => runChanges.stop());
    const services = {
      dataSource: database.dataSource,
      runChanges,
      backbones: () => listBackbones(database.dataSource, config),
      modelFiles: modelFiles(database.dataSource, config),
      allowedPath: (path: string) => resolveInside(config.roots, path),
      squareOf: (sha256: string) => squarePath(config.home, DEFAULT_LETTERBOX, sha256),
    };
    const http = await startHttp(config, services, log);
    stops.push(() => http.stop());
    if (config.worker === 'child') {
      const worker = startWorkerChild(config, log);
      stops.push(() => worker.stop());
      workerPid = () => worker.pid();
    }
    return { url: http.url };
  };

  const undoAll = async (): Promise<void> => {
    for (let undo = stops.pop(); undo !== undefined; undo = stops.pop()) {
      await undo().catch((error: unknown) => log('stopping went wrong', { error }));
    }
  };

  return {
    start: () =>
      (starting ??= start().catch(async (error: unknown) => {
        await undoAll();
        throw error;
      })),
    stop: () => (stopping ??= Promise.resolve(starting?.catch(() => undefined)).then(undoAll)),
    workerPid: () => workerPid(),
  };
}
