import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

import { WinnowError } from '../errors.js';
import { CLEAN_ENVIRONMENT, commandAs } from './account.js';
import { failed, initialise, isInitialised, readConnection, resetPassword, writeConnection } from './cluster.js';
import type { Cluster } from './cluster.js';
import { isPostgresOf } from './processes.js';

const PATIENCE_MS = 120_000;
const POLL_MS = 25;
const LARGEST_LOG_BYTES = 8 * 2 ** 20;
/** No process ever has this pid. */
const NOBODY = 2 ** 31 - 2;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 100,
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // Nobody replicates from this server; then a COPY into a table of the same transaction writes no WAL.
  wal_level: 'minimal',
  max_wal_senders: 0,
  synchronous_commit: 'on',
  jit: 'off',
  tcp_keepalives_idle: 30,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

/** Milliseconds. */
const PORT_PATIENCE = 1_000;
const THROW_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '256MB' };

/** A server process that this process started. */
interface Launch {
  child: ChildProcess;
  /** Where in the log this start began. */
  logOffset: number;
}

/**
 * Connects to the running server of the cluster, or makes and starts one. To be called under the cluster's lock.
 * @returns the URL for others, and a connection that is open already.
 * @throws WinnowError DATABASE_UNAVAILABLE
 */
export async function reachServer(cluster: Cluster, applicationName: string): Promise<{ url: string; client: Client }> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  let launch: Launch | null = null;
  while (Date.now() < giveUpAt) {
    const postmaster = await readPostmaster(cluster);
    if (postmaster.ready) {
      const { url, isNew } = await readConnection(cluster);
      if (isNew) throw connectionFileLost(cluster, postmaster.pid);
      url.port = String(postmaster.port);
      const client = await connect(url, applicationName);
      if (client) return { url: url.href, client };
    } else if (!postmaster.running && (launch === null || hasEnded(launch.child))) {
      if (launch) await judge(cluster, launch);
      launch = await start(cluster);
    }
    await sleep(POLL_MS);
  }
  throw failed(
    cluster,
    `no connection within ${PATIENCE_MS / 1000} seconds`,
    await logFrom(cluster, launch?.logOffset ?? 0),
  );
}

interface Postmaster {
  pid: number;
  port: number;
  /** Whether that process is there. */
  running: boolean;
  /** Whether it says that it takes connections: not while it starts, recovers or shuts down. */
  ready: boolean;
}

/** What postmaster.pid says, and whether it is true. */
async function readPostmaster(cluster: Cluster): Promise<Postmaster> {
  const lines = (await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  const running = pid > 0 && port > 0 && (await isPostgresOf(pid, cluster.data));
  return { pid, port, running, ready: running && lines[7]?.trim() === 'ready' };
}

/** A connection, or null when the server is just going away. */
async function connect(url: URL, applicationName: string): Promise<Client | null> {
  const client = new Client({
    connectionString: url.href,
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (cause) {
    await client.end().catch(() => undefined);
    const code = (cause as { code?: string }).code ?? '';
    if (code.startsWith('28')) {
      throw new WinnowError(
        'DATABASE_UNAVAILABLE',
        'The running embedded Postgres refuses the password in postgres.json. Stop that server, delete postgres.json and start again: a new password is then set.',
        { cause },
      );
    }
    return null;
  }
}

/**
 * An eighth of the memory that this process may use, 256 MB to 4 GB: at ten million scores a page looks a hundred sources up at
 * random, and took half as long again with 256 MB as with 3 GB. Memory that no data has come to is not taken.
 */
function sharedBuffers(): string {
  const allowed = process.constrainedMemory();
  const total = allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
  const megabytes = Math.floor(total / 8 / 2 ** 20);
  return `${Math.min(4096, Math.max(256, megabytes))}MB`;
}

async function start(cluster: Cluster): Promise<Launch> {
  const { url, isNew } = await readConnection(cluster);
  const port = await choosePort(Number(url.port));
  url.port = String(port);
  if (!(await isInitialised(cluster))) {
    await writeConnection(cluster, url);
    await initialise(cluster, url.password);
  } else if (isNew) {
    await disownPostmaster(cluster);
    await resetPassword(cluster, url.password);
    await writeConnection(cluster, url);
  } else {
    await disownPostmaster(cluster);
    await writeConnection(cluster, url);
  }
  const settings = { ...SETTINGS, shared_buffers: sharedBuffers(), ...(cluster.durable ? {} : THROW_AWAY), port };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = await commandAs(
    cluster.account,
    cluster.binaries.postgres,
    ['-D', cluster.data, ...flags],
    [cluster.data],
  );
  const log = await openLog(cluster.log);
  try {
    const logOffset = (await log.stat()).size;
    // In a session of its own: Ctrl-C in our terminal must not end the server before we are done with it.
    const child = spawn(command.file, command.args, {
      cwd: cluster.data,
      env: CLEAN_ENVIRONMENT,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.on('error', () => undefined);
    child.unref();
    return { child, logOffset };
  } finally {
    await log.close();
  }
}

/**
 * A stale postmaster.pid whose pid went to another process would keep Postgres from starting. The file is not
 * deleted, only its pid made one that nobody has: Postgres then still checks by its shared memory that no server
 * process of old is left on the data.
 */
async function disownPostmaster(cluster: Cluster): Promise<void> {
  const path = join(cluster.data, 'postmaster.pid');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return;
  await writeFile(path, text.replace(/^.*/, String(NOBODY)));
}

/** Goes on after an end that another try may mend, throws otherwise. */
async function judge(cluster: Cluster, { child, logOffset }: Launch): Promise<void> {
  const said = await logFrom(cluster, logOffset);
  if (/could not bind|could not create any TCP\/IP sockets/.test(said)) return;
  // Its children outlive a killed server by moments.
  if (/pre-existing shared memory block|lock file "postmaster.pid"/.test(said)) return sleep(200);
  throw failed(
    cluster,
    `the server ended with ${child.signalCode ?? child.exitCode ?? 'no start'} (log ${cluster.log})`,
    said,
  );
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/**
 * The port of last time when it is free, so that bookmarked connections stay right; else any free one. What is left of a
 * server that was killed holds on to its port for a moment.
 */
async function choosePort(previous: number): Promise<number> {
  const giveUpAt = Date.now() + PORT_PATIENCE;
  while (previous > 0) {
    const port = await listenOnce(previous);
    if (port !== null) return port;
    if (Date.now() > giveUpAt) break;
    await sleep(50);
  }
  return (await listenOnce(0)) ?? 0;
}

async function listenOnce(port: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.on('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const chosen = (server.address() as AddressInfo).port;
      server.close(() => resolve(chosen));
    });
  });
}

async function openLog(path: string) {
  const size = await stat(path).then(
    (status) => status.size,
    () => 0,
  );
  if (size > LARGEST_LOG_BYTES) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}

async function logFrom(cluster: Cluster, offset: number): Promise<string> {
  return (await readFile(cluster.log).catch(() => Buffer.alloc(0))).subarray(offset).toString('utf8');
}

function connectionFileLost(cluster: Cluster, pid: number): WinnowError {
  return new WinnowError(
    'DATABASE_UNAVAILABLE',
    `${cluster.connectionFile} is missing or damaged while the server it belongs to still runs. Stop that server (kill -INT ${pid}) and start again: a new password is then set.`,
  );
}
