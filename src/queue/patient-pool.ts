import { setTimeout as sleep } from 'node:timers/promises';

import { Pool, type PoolClient, type PoolConfig } from 'pg';

type Callback = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

const FIRST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 500;
/** SQLSTATE classes of what waiting does not mend: wrong credentials, no such database, no such role. */
const LASTING = /^(28|3D|42)/;

/**
 * A pool whose `connect` waits while the database is away, and never hands out a connection that died unnoticed.
 *
 * The queue's own statements are given up at the first error, a job's completion included. With this pool the
 * error comes only when the connection dies during the statement itself, not in the seconds of a restart.
 */
export class PatientPool extends Pool {
  private closing = false;

  constructor(config: PoolConfig) {
    super({ ...config, connectionTimeoutMillis: 5_000 });
    this.on('error', () => undefined);
    this.on('connect', (client) => client.on('error', () => undefined));
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | void {
    const connection = this.connectWhenPossible();
    if (callback === undefined) return connection;
    connection.then(
      (client) => callback(undefined, client, (failure) => client.release(failure === undefined ? undefined : true)),
      (error: unknown) => callback(error as Error, undefined, () => undefined),
    );
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | void {
    this.closing = true;
    return callback === undefined ? super.end() : super.end(callback);
  }

  private async connectWhenPossible(): Promise<PoolClient> {
    for (let delay = FIRST_RETRY_MS; ; delay = Math.min(delay * 2, SLOWEST_RETRY_MS)) {
      let client: PoolClient | null = null;
      try {
        client = await super.connect();
        await client.query('select');
        return client;
      } catch (error) {
        client?.release(true);
        if (this.closing || LASTING.test((error as { code?: string }).code ?? '')) throw error;
        await sleep(delay);
      }
    }
  }
}
