import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

import { startEmbedded } from '../src/db-embedded.js';
import { WinnowError } from '../src/errors.js';
import { lastly } from './support/hooks.js';
import { spawnScript, type SpawnOptions } from './support/processes.js';
import { until } from './support/waiting.js';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const asRoot = { skip: !isRoot && 'only root can run this' };
const onLinux = { skip: process.platform !== 'linux' && 'reads /proc' };

/** A folder for one server, which is killed if the test left it running. */
async function makeHome(t: TestContext): Promise<string> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'winnow-embedded-')));
  lastly(t, async () => {
    const pid = await postmasterPid(home);
    if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGQUIT');
    await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  return home;
}

function otherProcess(t: TestContext, home: string, options?: SpawnOptions) {
  return spawnScript(t, 'embedded-process.ts', [home], options);
}

async function postmasterPid(home: string): Promise<number | null> {
  const text = await readFile(join(home, 'postgres', 'postmaster.pid'), 'utf8').catch(() => null);
  return text === null ? null : Number(text.split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function statusOf(pid: number): Promise<Record<string, string>> {
  const lines = (await readFile(`/proc/${pid}/status`, 'utf8')).split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2) as [string, string]));
}

test('makes a server, closed to others, and stops it', async (t) => {
  const home = await makeHome(t);
  const server = await startEmbedded(home);
  t.after(() => server.stop());
  const url = new URL(server.url);
  const [facts] = await query(
    server.url,
    `select current_database() as database, current_setting('server_encoding') as encoding, rolsuper as superuser,
            rolcreatedb as createdb, current_setting('listen_addresses') as addresses,
            current_setting('unix_socket_directories') as sockets, current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync,
            lower('ÄÉ') as lowered
       from pg_roles where rolname = current_user`,
  );
  assert.deepEqual(facts, {
    database: 'winnow',
    encoding: 'UTF8',
    superuser: false,
    createdb: true,
    addresses: '127.0.0.1',
    sockets: '',
    commit: 'on',
    fsync: 'on',
    lowered: 'äé',
  });

  const file = join(home, 'postgres.json');
  assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), { url: server.url });
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.ok(url.password.length >= 32);
  const guess = new URL(server.url);
  guess.password = 'guess';
  await assert.rejects(query(guess.href, 'select 1'), { code: '28P01' });
  const superuser = new URL(server.url);
  superuser.username = 'postgres';
  await assert.rejects(query(superuser.href, 'select 1'), { code: '28000' });

  await Promise.all([server.stop(), server.stop()]);
  await assert.rejects(query(server.url, 'select 1'), { code: 'ECONNREFUSED' });
  assert.deepEqual((await readdir(home)).sort(), ['postgres', 'postgres.json', 'postgres.lock', 'postgres.log']);
});

test('a second process shares the running server; the last one stops it', async (t) => {
  const home = await makeHome(t);
  const server = await startEmbedded(home);
  const other = otherProcess(t, home);
  assert.equal(await other.line(), server.url);
  await server.stop();
  assert.equal((await query(server.url, 'select 1 as one'))[0].one, 1, 'the other one still has it');
  await other.finish();
  await assert.rejects(query(server.url, 'select 1'), { code: 'ECONNREFUSED' });
});

test('several that start at once in an empty folder make one server', async (t) => {
  const home = await makeHome(t);
  const [here, ...others] = [startEmbedded(home), otherProcess(t, home), otherProcess(t, home)] as const;
  const alsoHere = startEmbedded(home);
  const urls = [(await here).url, (await alsoHere).url, ...(await Promise.all(others.map((other) => other.line())))];
  assert.equal(new Set(urls).size, 1);
  await Promise.all([(await here).stop(), (await alsoHere).stop(), ...others.map((other) => other.finish())]);
  await assert.rejects(query(urls[0], 'select 1'), { code: 'ECONNREFUSED' });
});

test('a process killed -9 leaves the server to the next one', async (t) => {
  const home = await makeHome(t);
  const killed = otherProcess(t, home);
  const url = await killed.line();
  await query(url, 'create table kept as select 42 as answer');
  const pid = await postmasterPid(home);
  await killed.kill('SIGKILL');
  const next = await startEmbedded(home);
  assert.equal(next.url, url);
  assert.equal(await postmasterPid(home), pid);
  assert.deepEqual(await query(url, 'select answer from kept'), [{ answer: 42 }]);
  await next.stop();
  await assert.rejects(query(url, 'select 1'), { code: 'ECONNREFUSED' });
});

test('a server killed -9 is started again, with what was committed', async (t) => {
  const home = await makeHome(t);
  const first = await startEmbedded(home);
  await query(first.url, 'create table kept as select 42 as answer');
  process.kill((await postmasterPid(home)) ?? 0, 'SIGKILL');
  const second = await startEmbedded(home);
  assert.deepEqual(await query(second.url, 'select answer from kept'), [{ answer: 42 }]);
  assert.equal(second.url, first.url, 'even on the same port');
  await first.stop();
  await second.stop();
  assert.equal(await postmasterPid(home), null);
});

test('a first start killed -9 at any moment blocks nothing', async (t) => {
  const home = await makeHome(t);
  const remains: string[][] = [];
  for (const moment of [20, 250, 600]) {
    await rm(join(home, 'postgres'), { recursive: true, force: true });
    const victim = otherProcess(t, home);
    await until(
      'the first start begins',
      async () => (await readdir(home)).some((name) => name.includes('.init-')),
      60_000,
    );
    await sleep(moment);
    await victim.kill('SIGKILL');
    remains.push(await readdir(home));
    const server = await startEmbedded(home);
    assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
    await server.stop();
    if (await postmasterPid(home)) throw new Error('The server still runs');
  }
  assert.ok(
    remains.some((names) => !names.includes('postgres')),
    'at least one was killed before there was a cluster',
  );
  const leftovers = (await readdir(home)).filter((name) => name.includes('.init-'));
  assert.deepEqual(leftovers, []);
});

test('a stale postmaster.pid blocks nothing, not even when its pid belongs to somebody again', onLinux, async (t) => {
  const home = await makeHome(t);
  const server = await startEmbedded(home);
  const file = join(home, 'postgres', 'postmaster.pid');
  const text = await readFile(file, 'utf8');
  await server.stop();
  const owner = (await stat(join(home, 'postgres'))).uid;
  const stranger = spawn('sleep', ['60'], isRoot ? { uid: owner } : {});
  t.after(() => stranger.kill());
  await once(stranger, 'spawn');
  for (const pid of [stranger.pid, 4_190_001]) {
    await writeFile(file, text.replace(/^\d+/, String(pid)));
    if (isRoot) await chown(file, owner, owner);
    const next = await startEmbedded(home);
    assert.deepEqual(await query(next.url, 'select 1 as one'), [{ one: 1 }]);
    await next.stop();
  }
  assert.equal(stranger.exitCode, null, 'the stranger was left alone');
});

test('a port that somebody took meanwhile is given up for another', async (t) => {
  const home = await makeHome(t);
  const first = await startEmbedded(home);
  const port = Number(new URL(first.url).port);
  process.kill((await postmasterPid(home)) ?? 0, 'SIGKILL');
  await until('the port is free', async () => {
    const squatter = createServer().listen(port, '127.0.0.1');
    squatter.unref();
    t.after(() => squatter.close());
    return once(squatter, 'listening').then(
      () => true,
      () => false,
    );
  });
  const second = await startEmbedded(home);
  assert.notEqual(new URL(second.url).port, String(port));
  assert.deepEqual(await query(second.url, 'select 1 as one'), [{ one: 1 }]);
  await second.stop();
  await first.stop();
  assert.equal(await postmasterPid(home), null);
});

test('a lost connection file: a new password, once the server is down', async (t) => {
  const home = await makeHome(t);
  const first = await startEmbedded(home);
  await rm(join(home, 'postgres.json'));
  const error: unknown = await startEmbedded(home).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof WinnowError);
  assert.match(error.message, /postgres.json is missing or damaged.*kill -INT \d+/);
  await first.stop();
  const second = await startEmbedded(home);
  assert.notEqual(new URL(second.url).password, new URL(first.url).password);
  assert.deepEqual(await query(second.url, 'select 1 as one'), [{ one: 1 }]);
  await second.stop();
});

test('the server is in a session of its own, out of reach of Ctrl-C, and its log is a file', onLinux, async (t) => {
  const home = await makeHome(t);
  const server = await startEmbedded(home);
  t.after(() => server.stop());
  const pid = (await postmasterPid(home)) ?? 0;
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  assert.equal(Number(fields[2]), pid, 'process group');
  assert.equal(Number(fields[3]), pid, 'session');
  assert.match(await readFile(join(home, 'postgres.log'), 'utf8'), /ready to accept connections/);
  assert.equal((await stat(join(home, 'postgres.log'))).mode & 0o777, 0o600);
});

test('the folder may be reached by another name', async (t) => {
  const home = await makeHome(t);
  const alias = `${home}-alias`;
  await symlink(home, alias);
  t.after(() => rm(alias));
  const one = await startEmbedded(home);
  const other = await startEmbedded(alias);
  assert.equal(other.url, one.url);
  await one.stop();
  await other.stop();
});

test('as root the server is another user, who may do nothing special where the folder is open', asRoot, async (t) => {
  const home = await makeHome(t);
  await chmod(home, 0o755);
  const server = await startEmbedded(home);
  t.after(() => server.stop());
  const status = await statusOf((await postmasterPid(home)) ?? 0);
  assert.ok(!status.Uid.split(/\s+/).includes('0'), status.Uid);
  assert.equal(status.Groups.trim(), '');
  assert.equal(status.NoNewPrivs, '1');
  if (!(await isOpen(process.cwd()))) return;
  assert.deepEqual([status.CapPrm, status.CapBnd], ['0000000000000000', '0000000000000000']);
});

test('as root in a folder closed to everybody else', asRoot, async (t) => {
  const outer = await makeHome(t);
  await chmod(outer, 0o700);
  const home = join(outer, 'winnow', 'home');
  const server = await startEmbedded(home);
  t.after(() => server.stop());
  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
  const status = await statusOf((await postmasterPid(home)) ?? 0);
  assert.ok(!status.Uid.split(/\s+/).includes('0'), status.Uid);
  assert.deepEqual([status.CapPrm, status.CapBnd], ['0000000000000002', '0000000000000002'], 'dac_override alone');
  const other = otherProcess(t, home);
  assert.equal(await other.line(), server.url);
  await other.finish();
});

test('as an ordinary user, and then root on the same folder', asRoot, async (t) => {
  if (!(await isOpen(process.cwd()))) {
    t.skip('this clone is closed to ordinary users');
    return;
  }
  const home = await makeHome(t);
  await chown(home, NOBODY, NOBODY);
  const user = otherProcess(t, home, { uid: NOBODY, env: { TMPDIR: home, HOME: home } });
  const url = await user.line();
  const pid = (await postmasterPid(home)) ?? 0;
  assert.match((await statusOf(pid)).Uid, /^65534\s+65534/);
  await query(url, 'create table kept as select 42 as answer');
  const root = await startEmbedded(home);
  assert.equal(root.url, url);
  await user.finish();
  await root.stop();
  const again = await startEmbedded(home);
  assert.deepEqual(await query(again.url, 'select answer from kept'), [{ answer: 42 }]);
  assert.match((await statusOf((await postmasterPid(home)) ?? 0)).Uid, /^65534\s+65534/);
  await again.stop();
});

test('a folder that cannot be written is refused in words', async (t) => {
  const home = await makeHome(t);
  await writeFile(join(home, 'file'), '');
  const error: unknown = await startEmbedded(join(home, 'file', 'var')).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof WinnowError);
  assert.equal(error.code, 'DATABASE_UNAVAILABLE');
  assert.match(error.message, /cannot hold the embedded database \(ENOTDIR\).*WINNOW_HOME.*DATABASE_URL/);
});

/** Whether others may pass through every folder down to `path`. */
async function isOpen(path: string): Promise<boolean> {
  if (((await stat(path)).mode & 0o001) === 0) return false;
  return path === '/' || isOpen(join(path, '..'));
}

test('a folder that others may read is to be closed, not left behind for an empty one', async (t) => {
  const home = await makeHome(t);
  await (await startEmbedded(home)).stop();
  await chmod(join(home, 'postgres'), 0o755);
  await assert.rejects(startEmbedded(home), ({ message }: Error) => message.endsWith(`: chmod 700 ${home}/postgres`));
});

test('stop() of a server whose folder was deleted is no error', async (t) => {
  const home = await makeHome(t);
  const server = await startEmbedded(home, { durable: false });
  const pid = (await postmasterPid(home)) ?? 0;
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  await server.stop();
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It goes by itself once it sees that its lock file is gone.
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
  await assert.rejects(stat(home), { code: 'ENOENT' });
});
