import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEmbedded } from '../../src/db-embedded.js';
import { until } from './waiting.js';

/** A server of one test's own that it may shut down (fast, as pg_ctl restart does) and start again at the same address. */
export async function restartableServer() {
  const home = await mkdtemp(join(tmpdir(), 'winnow-restart-'));
  let server = await startEmbedded(home, { durable: false });
  const { url } = server;
  return {
    url,
    shutDown: async () => {
      const file = join(home, 'postgres', 'postmaster.pid');
      process.kill(Number((await readFile(file, 'utf8')).split('\n')[0]), 'SIGINT');
      await until('the server is down', async () => (await readFile(file).catch(() => null)) === null, 30_000);
    },
    start: async () => {
      const former = server;
      server = await startEmbedded(home, { durable: false });
      assert.equal(server.url, url);
      // Only its presence goes: the other start keeps the server up.
      await former.stop();
    },
    remove: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
