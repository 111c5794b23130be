import { access, constants, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

import { serverAccount } from './embedded/account.js';
import { locateBinaries } from './embedded/binaries.js';
import { execute, type Cluster } from './embedded/cluster.js';
import { withLock } from './embedded/lock.js';
import { reachServer } from './embedded/server.js';
import { systemCode, WinnowError } from './errors.js';
import { makeFolder } from './folders.js';

export interface EmbeddedServer {
  /** For an ordinary role that owns the database `winnow` and may create more. Holds the password. */
  url: string;
  /** Stops Postgres, unless another process of ours uses it. End your own connections first. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** False for a server whose data nobody will miss after a power cut, as in tests: several times as fast to write. */
  durable?: boolean;
}

const PRESENCE = 'winnow presence';
/** How long sessions that were just ended may take to be gone. */
const FAREWELL_MS = 400;

/**
 * The Postgres server of a folder: the running one, or a new one. Made at first use in `<directory>/postgres`,
 * with `<directory>/postgres.json` (how to connect) and `postgres.log`.
 *
 * The server is not our child in any way that matters: it outlives a kill -9 of us, and the next process finds it.
 * Every process of ours holds one connection as long as it uses the server; by these the last one knows that it is.
 *
 * @throws WinnowError DATABASE_UNAVAILABLE
 */
export async function startEmbedded(directory: string, options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  const cluster = await describe(directory, options.durable ?? true);
  const { url, client } = await withLock(lockOf(cluster), () => reachServer(cluster, PRESENCE));
  const presence = new Presence(url, client);
  let stopped: Promise<void> | null = null;
  return { url, stop: () => (stopped ??= stop(cluster, presence)) };
}

async function describe(directory: string, durable: boolean): Promise<Cluster> {
  try {
    await makeFolder(directory);
    const home = await realpath(directory);
    const lock = join(home, 'postgres.lock');
    await makeFolder(lock);
    await access(lock, constants.W_OK | constants.X_OK);
    const data = join(home, 'postgres');
    return {
      home,
      data,
      durable,
      connectionFile: join(home, 'postgres.json'),
      log: join(home, 'postgres.log'),
      binaries: await locateBinaries(),
      account: await serverAccount(data),
    };
  } catch (cause) {
    if (cause instanceof WinnowError) throw cause;
    throw new WinnowError(
      'DATABASE_UNAVAILABLE',
      `The folder ${directory} cannot hold the embedded database (${systemCode(cause) ?? 'unknown error'}). Set WINNOW_HOME to a folder that you may write to, or DATABASE_URL to a Postgres of your own.`,
      { cause },
    );
  }
}

function lockOf(cluster: Cluster): string {
  return join(cluster.home, 'postgres.lock');
}

async function stop(cluster: Cluster, presence: Presence): Promise<void> {
  try {
    await withLock(lockOf(cluster), () => leave(cluster, presence));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await presence.end(); // The folder was deleted beneath us, and with it the server.
  }
}

async function leave(cluster: Cluster, presence: Presence): Promise<void> {
  const isLast = await presence.isLast();
  await presence.end();
  const args = ['stop', '-D', cluster.data, '-m', 'fast', '-w', '-t', '120'];
  if (isLast) await execute(cluster, cluster.binaries.pgCtl, args);
}

/** The session that says "in use". Made anew when the server was restarted beneath us. */
class Presence {
  /** Null while there is no connection. */
  private client: Client | null = null;
  private leaving = false;
  private ended = false;

  constructor(
    private readonly url: string,
    client: Client,
  ) {
    this.hold(client);
  }

  /** Whether the server runs and has no other session of ours. Those just ended get a moment to be gone. */
  async isLast(): Promise<boolean> {
    this.leaving = true;
    if (this.client) keepsProcess(this.client, true);
    const giveUpAt = Date.now() + FAREWELL_MS;
    while (Date.now() < giveUpAt) {
      if (this.client === null) await this.connect();
      const others = this.client && (await countOthers(this.client).catch(() => null));
      if (others === 0) return true;
      await sleep(20);
    }
    return false;
  }

  async end(): Promise<void> {
    this.ended = true;
    if (this.client === null) return;
    keepsProcess(this.client, true);
    await this.client.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: PRESENCE,
      keepAlive: true,
      // Where the server was, there may be somebody else now, who does not answer.
      connectionTimeoutMillis: 2_000,
    });
    client.on('error', () => undefined);
    const connecting = client.connect();
    keepsProcess(client, this.leaving);
    await connecting.then(
      () => this.hold(client),
      () => this.connectLater(),
    );
  }

  private hold(client: Client): void {
    if (this.client || this.ended) {
      void client.end();
      return;
    }
    this.client = client;
    // A process with nothing else to do may end: the connection does not keep it, unless stop() is at work.
    keepsProcess(client, this.leaving);
    client.once('end', () => {
      this.client = null;
      this.connectLater();
    });
  }

  private connectLater(): void {
    setTimeout(() => {
      if (this.client === null && !this.leaving) void this.connect();
    }, 250).unref();
  }
}

/** How many other sessions of ours there are. */
async function countOthers(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int from pg_stat_activity where application_name like 'winnow%' and pid <> pg_backend_pid()`,
  );
  return rows[0].count;
}

/** `ref` and `unref` of the socket, which the types of pg leave out. */
function keepsProcess(client: Client, keeps: boolean): void {
  const { ref, unref } = client as unknown as Record<'ref' | 'unref', () => void>;
  (keeps ? ref : unref).call(client);
}
