import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { freshDatabase } from './support/database.js';

const WORKER = fileURLToPath(new URL('../src/worker.ts', import.meta.url));

test('a worker ends in order when its parent goes, before it is ready as well as after', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'winnow-worker-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const { url } = await freshDatabase(t);
  for (const moment of ['at once', 'when it is ready']) {
    const child = fork(WORKER, {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, WINNOW_HOME: home, DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    t.after(() => child.kill('SIGKILL'));
    let complaints = '';
    child.stderr!.on('data', (text: Buffer) => (complaints += text.toString()));
    if (moment === 'when it is ready') await once(child, 'message');
    child.disconnect();
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0, `${moment}: ${complaints}`);
    assert.equal(complaints, '');
  }
});
