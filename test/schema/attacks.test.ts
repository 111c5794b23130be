import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { createRun } from '../../src/catalog/runs.js';
import { rows } from '../../src/db.js';
import { encodeId } from '../../src/schema/ids.js';
import { freshDatabase } from '../support/database.js';
import { post } from './api.js';
import { READ, WRITE } from './attacks/attack.js';
import { attacks } from './attacks/index.js';
import { startServer } from './attacks/wire.js';
import { fillCatalog } from './catalog.js';

const ROUNDS = 20;
const WARM_UP_ROUNDS = 10;
/** How much more memory a server may hold after ROUNDS times all attacks than after the WARM_UP_ROUNDS. */
const GROWTH = 96 * 1024 * 1024;
/** Attacks under way at a time. */
const AT_ONCE = 4;
/** What no answer may hold: a place in our code, a statement, a table, a file of the system's. */
const LEAK =
  /\bat \S+ \(|node_modules|\/src\/|\.ts:\d|\bstack\b|select .* from|insert into|\brelation\b|winnow\.|pg_|root:x:|\/etc\/(?!passwd)/i;

test('every attack is refused with its own status and code, and leaves nothing behind', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'winnow-attacks-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'pictures');
  await mkdir(folder);
  await mkdir(`${folder}-other`);
  await symlink('/etc', join(folder, 'way-out'));
  await symlink('/etc/winnow-is-not-there', join(folder, 'nowhere'));
  const db = await freshDatabase(t);
  const { collectionId, modelId, imageIds } = await fillCatalog(db, 20);
  const asked = { collectionId, stage: 'RESIZE' as const, options: {}, requestedBy: 'test' };
  const run = await db.transaction((tx) => createRun(tx, asked));
  const environment = { WINNOW_HOME: join(root, 'home'), WINNOW_ROOTS: folder, DATABASE_URL: db.url };
  const withTokens = { WINNOW_READ_TOKEN: READ, WINNOW_WRITE_TOKEN: WRITE, WINNOW_INTROSPECTION: 'off' };
  const open = await startServer(t, environment);
  const closed = await startServer(t, { ...environment, ...withTokens });
  const all = attacks({
    open: open.url,
    closed: closed.url,
    folder,
    model: encodeId('model', modelId),
    collection: encodeId('collection', collectionId),
    run: encodeId('run', run.id),
    image: encodeId('image', imageIds[0]),
  });
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  assert.ok(all.length >= 60);
  const state = () =>
    rows(
      db,
      `select (select count(*)::int from winnow.collections) as collections, (select count(*)::int from winnow.runs) as runs,
              (select count(*)::int from winnow.thresholds) as thresholds`,
    );
  const before = await state();

  await t.test(`${all.length} attacks`, async () => {
    const wrong: string[] = [];
    for (const { name, send, refused } of all) {
      const { status, code, text } = await send();
      if (status !== refused[0] || code !== refused[1]) {
        wrong.push(`${name}: expected ${refused.join(' ')}, but got ${status} ${code} ${text.slice(0, 200)}`);
      }
      const leak = LEAK.exec(text);
      if (leak !== null) wrong.push(`${name}: tells ${leak[0]} in ${text.slice(0, 300)}`);
    }
    assert.deepEqual(wrong, []);
  });

  await t.test(`the servers hold no more memory after ${ROUNDS} rounds`, async (each) => {
    const play = async (rounds: number) => {
      const waiting = Array.from({ length: rounds }, () => all).flat();
      const attackOn = async () => {
        for (let attack = waiting.pop(); attack !== undefined; attack = waiting.pop()) await attack.send();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, attackOn));
    };
    await play(WARM_UP_ROUNDS);
    const warm = await Promise.all([open.memory(), closed.memory()]);
    await play(ROUNDS);
    for (const [i, server] of [open, closed].entries()) {
      const [first, last] = [warm[i], await server.memory()];
      if (first === null || last === null)
        return each.skip('this system does not tell how much memory a process holds');
      each.diagnostic(`from ${Math.round(first / 2 ** 20)} to ${Math.round(last / 2 ** 20)} MiB`);
      assert.ok(last - first < GROWTH, `${last - first} bytes more`);
    }
  });

  assert.deepEqual(await state(), before, 'nothing was changed');
  const query = '{ collections { edges { node { name } } } }';
  assert.equal((await post(open.url, { query })).errors, undefined);
  assert.equal((await post(closed.url, { query }, { authorization: `Bearer ${READ}` })).errors, undefined);
});
