import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { Client } from 'pg';

import { parseConfig } from '../src/config.js';
import { openDatabase, unfitness } from '../src/database.js';
import { rows } from '../src/db.js';
import { WinnowError } from '../src/errors.js';
import { urlOf } from './support/database.js';
import { dropWithSessions, testServer, withAdmin } from './support/server.js';

async function emptyDatabase(t: TestContext, options = ''): Promise<string> {
  const server = await testServer();
  const name = `winnow_test_${process.pid}_empty${Date.now()}`;
  await withAdmin(server, (admin) => admin.query(`create database ${name} template template0 ${options}`));
  t.after(() => withAdmin(server, (admin) => dropWithSessions(admin, name)));
  return urlOf(server, name);
}

function open(url: string) {
  return openDatabase(parseConfig({ DATABASE_URL: url }), 'test');
}

/** The message of the DATABASE_UNAVAILABLE that opening `url` throws. */
async function refusal(url: string): Promise<string> {
  const error: unknown = await open(url).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof WinnowError, String(error));
  assert.equal(error.code, 'DATABASE_UNAVAILABLE');
  const { password } = new URL(url);
  if (password) assert.ok(!error.message.includes(password), 'the password is not shown');
  return error.message;
}

test('DATABASE_URL: makes the tables in an empty database, from two processes at once, and again', async (t) => {
  const url = await emptyDatabase(t);
  const both = await Promise.all([open(url), open(url)]);
  for (const { dataSource } of both) {
    assert.equal((await rows(dataSource, 'select from winnow.collections, graphile_worker.jobs')).length, 0);
  }
  await Promise.all(both.map((database) => database.close()));
  await (await open(url)).close();
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows: left } = await client.query(`
    select application_name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`);
  await client.end();
  assert.deepEqual(left, [], 'closed connections are gone');
});

test('WINNOW_HOME: brings up the embedded server with the tables, and close() ends it', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'winnow-database-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const database = await openDatabase(parseConfig({ WINNOW_HOME: home }), 'test');
  const [{ name, url }] = await rows<{ name: string; url: string }>(
    database.dataSource,
    `select current_setting('application_name') as name, current_database() as url`,
  );
  assert.deepEqual({ name, url }, { name: 'winnow test', url: 'winnow' });
  const { port } = new URL((database.dataSource.options as { url: string }).url);
  await database.close();
  await database.close();
  const refused = new Client({ host: '127.0.0.1', port: Number(port) }).connect();
  await assert.rejects(refused, { code: 'ECONNREFUSED' });
});

test('nobody listens', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  assert.match(
    await refusal(`postgres://anna:sesame-open@127.0.0.1:${port}/pictures`),
    new RegExp(`^The database 127.0.0.1:${port}/pictures as anna refuses connections`),
  );
});

test('no such host', async () => {
  assert.match(await refusal('postgres://anna:sesame-open@database.invalid/pictures'), /cannot be found/);
});

test('a wrong password, an unknown user, an unknown database', async () => {
  const server = await testServer();
  const wrong = new URL(server);
  wrong.password = 'sesame-open';
  assert.match(await refusal(wrong.href), /refuses the user/);
  const unknown = new URL(server);
  unknown.username = 'nobody-of-that-name';
  assert.match(await refusal(unknown.href), /as nobody-of-that-name refuses the user/);
  assert.match(await refusal(urlOf(server, 'no_such_database')), /has no such database/);
});

test('a database of another encoding', async (t) => {
  const url = await emptyDatabase(t, `encoding 'SQL_ASCII' locale_provider libc locale 'C'`);
  assert.match(await refusal(url), /has the encoding SQL_ASCII, but Winnow needs UTF8/);
});

test('what is fit and what is not', () => {
  assert.equal(unfitness({ version: '15.0', number: 150_000, encoding: 'UTF8' }), null);
  assert.equal(unfitness({ version: '18.4', number: 180_004, encoding: 'UTF8' }), null);
  assert.equal(
    unfitness({ version: '14.20 (Debian)', number: 140_020, encoding: 'UTF8' }),
    'runs PostgreSQL 14.20 (Debian), but Winnow needs 15 or newer',
  );
});

test('a user who may not make tables', async (t) => {
  const url = await emptyDatabase(t);
  assert.match(await refusal(await asGuest(t, url)), /does not let the user make tables/);
});

/** The URL for a role that may only connect: a new one where roles may be made, else the owner without its rights. */
async function asGuest(t: TestContext, url: string): Promise<string> {
  const server = await testServer();
  const guest = `winnow_test_${process.pid}_guest`;
  const made = await withAdmin(server, (admin) =>
    admin.query(`create role ${guest} login password 'sesame-open'`).then(
      () => true,
      () => false,
    ),
  );
  if (made) t.after(() => withAdmin(server, (admin) => admin.query(`drop role ${guest}`)));
  else
    await withAdmin(url, (admin) =>
      admin.query(`revoke all on database ${new URL(url).pathname.slice(1)} from current_user`),
    );
  const asGuest = new URL(url);
  if (made) [asGuest.username, asGuest.password] = [guest, 'sesame-open'];
  return asGuest.href;
}
