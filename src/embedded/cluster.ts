import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WinnowError } from '../errors.js';
import { CLEAN_ENVIRONMENT, commandAs, give, type Account } from './account.js';
import type { Binaries } from './binaries.js';

/** One embedded server: where it is and with what it runs. */
export interface Cluster {
  /** The absolute folder that holds everything below. */
  home: string;
  data: string;
  /** `{ "url": "postgres://..." }`, readable by its owner only. */
  connectionFile: string;
  log: string;
  /** False for a server whose data nobody will miss: it then never waits for the disk. */
  durable: boolean;
  binaries: Binaries;
  account: Account | null;
}

const ROLE = 'winnow';
const WORKSHOP = 'postgres.init-';
const HBA = `# Written by Winnow. Its own role and those it makes, only from this machine, only with their password.
host all postgres 127.0.0.1/32 reject
host all all 127.0.0.1/32 scram-sha-256
`;

/** The URL from the connection file, or one with a new password and no port when the file is not there or damaged. */
export async function readConnection(cluster: Cluster): Promise<{ url: URL; isNew: boolean }> {
  try {
    const { url } = JSON.parse(await readFile(cluster.connectionFile, 'utf8')) as { url: string };
    return { url: new URL(url), isNew: false };
  } catch {
    const password = randomBytes(24).toString('base64url');
    return { url: new URL(`postgres://${ROLE}:${password}@127.0.0.1/${ROLE}`), isNew: true };
  }
}

export async function writeConnection(cluster: Cluster, url: URL): Promise<void> {
  const temporary = `${cluster.connectionFile}.tmp`;
  await rm(temporary, { force: true });
  await writeFile(temporary, `${JSON.stringify({ url: url.href }, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, cluster.connectionFile);
}

/** Whether the data folder holds a cluster. */
export async function isInitialised(cluster: Cluster): Promise<boolean> {
  return stat(join(cluster.data, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/**
 * Makes the cluster, with our role and database in it, beside its final place and moves it there in one step:
 * whenever this is killed, there is either no cluster or a whole one.
 */
export async function initialise(cluster: Cluster, password: string): Promise<void> {
  await sweepWorkshops(cluster.home);
  const workshop = await mkdtemp(join(cluster.home, WORKSHOP));
  try {
    const data = join(workshop, 'data');
    const passwordFile = join(workshop, 'password');
    await mkdir(data, { mode: 0o700 });
    // initdb wants a password for its superuser; nobody is told it, and HBA keeps that role out.
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    for (const path of [workshop, data, passwordFile]) await give(path, cluster.account);
    await execute(cluster, cluster.binaries.initdb, [
      ...['-D', data, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      '--no-instructions',
      ...(cluster.durable ? [] : ['--no-sync']),
    ]);
    await writeFile(join(data, 'pg_hba.conf'), HBA);
    await singleUser(cluster, data, [
      `create role ${ROLE} login createdb createrole password '${password}'`,
      `grant pg_monitor, pg_checkpoint to ${ROLE}`,
      `create database ${ROLE} owner ${ROLE}`,
    ]);
    await rename(data, cluster.data);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Gives our role a new password while the server is down; for when the connection file was lost. */
export async function resetPassword(cluster: Cluster, password: string): Promise<void> {
  await singleUser(cluster, cluster.data, [`alter role ${ROLE} password '${password}'`]);
}

/** Runs one of the programs to its end. @throws WinnowError DATABASE_UNAVAILABLE with what it said last. */
export async function execute(cluster: Cluster, program: string, args: string[], input = ''): Promise<string> {
  const command = await commandAs(cluster.account, program, args, [cluster.data]);
  const child = spawn(command.file, command.args, { cwd: cluster.home, env: CLEAN_ENVIRONMENT, stdio: 'pipe' });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  }
  child.stdin.on('error', () => undefined).end(input);
  const outcome = await new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? code}`));
  });
  if (outcome === null) return said.join('');
  throw failed(cluster, `${program} ${outcome}`, said.join(''));
}

/** The error for an embedded server that cannot be had. */
export function failed(cluster: Cluster, what: string, output: string): WinnowError {
  // Postgres refuses a folder that others may read. Elsewhere would be an empty catalog.
  const advice = /has invalid permissions/.test(output)
    ? `The catalog is whole, but others may read its folder: chmod 700 ${cluster.data}`
    : 'Put WINNOW_HOME elsewhere, or set DATABASE_URL to a Postgres of your own.';
  return new WinnowError(
    'DATABASE_UNAVAILABLE',
    `The embedded Postgres does not work in ${cluster.home}: ${what}.\n${lastLines(output)}\n${advice}`,
  );
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-6).join('\n');
}

async function singleUser(cluster: Cluster, data: string, statements: string[]): Promise<void> {
  const sql = statements.map((statement) => `${statement};\n`).join('');
  const output = await execute(cluster, cluster.binaries.postgres, ['--single', '-D', data, 'postgres'], sql);
  // A statement that fails does not change the exit code here.
  const problem = /(ERROR|FATAL): .*/.exec(output);
  if (problem) throw failed(cluster, 'a statement of the first start failed', problem[0]);
}

/** Removes what killed first starts left. An initdb that outlived its parent may still be writing: rm then tries again. */
async function sweepWorkshops(home: string): Promise<void> {
  const leftovers = (await readdir(home)).filter((name) => name.startsWith(WORKSHOP));
  for (const name of leftovers) {
    await rm(join(home, name), { recursive: true, force: true, maxRetries: 8, retryDelay: 50 });
  }
}
