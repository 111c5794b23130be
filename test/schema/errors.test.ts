import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';

import { Client } from 'pg';

import { createDataSource, rows } from '../../src/db.js';
import { WinnowError } from '../../src/errors.js';
import { publicError } from '../../src/schema/errors.js';
import { freshDatabase } from '../support/database.js';

const shown = (error: unknown) => publicError(error, () => undefined);

test('what is thrown on purpose is shown as it stands, all else is not', () => {
  const cause = new Error('secret');
  assert.deepEqual(shown(new WinnowError('NO_MODEL', 'Train first.', { cause })), {
    code: 'NO_MODEL',
    message: 'Train first.',
  });
  for (const thrown of [cause, new TypeError('x is not a function'), 'text', undefined, null, { message: 'secret' }]) {
    const { code, message, id } = shown(thrown);
    assert.equal(code, 'INTERNAL');
    assert.equal(message, `Something went wrong here. The server's log tells more under ${id}.`);
  }
});

test('a statement that takes too long is said to be so', async (t) => {
  const { url } = await freshDatabase(t);
  const slow = await createDataSource({ url, applicationName: 'winnow test', statementTimeout: 50 });
  t.after(() => slow.destroy());
  for (const query of [() => rows(slow, 'select pg_sleep(5)'), () => slow.query('select pg_sleep(5)')]) {
    assert.equal(shown(await query().catch((error: unknown) => error)).code, 'TIMEOUT');
  }
});

test('a database that is away is said to be so', async (t) => {
  const { url } = await freshDatabase(t);
  const cut = await createDataSource({ url, applicationName: 'winnow test', poolSize: 1 });
  t.after(() => cut.destroy());
  const killed = rows(cut, 'select pg_terminate_backend(pg_backend_pid())');
  assert.equal(shown(await killed.catch((error: unknown) => error)).code, 'DATABASE_UNAVAILABLE');
  assert.deepEqual(await rows(cut, 'select 1 as one'), [{ one: 1 }]);

  const free = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  const refused = new Client({ host: '127.0.0.1', port }).connect();
  assert.equal(shown(await refused.catch((error: unknown) => error)).code, 'DATABASE_UNAVAILABLE');
});
