import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { freshDatabase } from './support/database.js';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('main starts, says where, and ends in order on SIGTERM; wrong settings end it with 2', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'winnow-main-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const { url: databaseUrl } = await freshDatabase(t);
  const run = (environment: Record<string, string>) => {
    const env = {
      ...process.env,
      WINNOW_HOME: home,
      WINNOW_PORT: '0',
      DATABASE_URL: databaseUrl,
      ...environment,
    };
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
    t.after(() => child.kill('SIGKILL'));
    return { child, exited, lines: createInterface(child.stderr) };
  };
  const { child, exited, lines } = run({});
  const said: { message: string; url?: string; pid?: number }[] = [];
  for await (const line of lines) {
    said.push(JSON.parse(line) as (typeof said)[number]);
    if (said.some(({ message }) => message === 'listening') && said.length === 2) break;
  }
  const { url } = said.find(({ message }) => message === 'listening')!;
  const { pid } = said.find(({ message }) => message === 'worker started')!;
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  assert.throws(() => process.kill(pid!, 0), { code: 'ESRCH' });

  const wrong = run({ WINNOW_PORT: 'many' });
  const [line] = (await once(wrong.lines, 'line')) as [string];
  assert.match(line, /WINNOW_PORT must be a whole number from 0 to 65535, but is .*many/);
  assert.deepEqual(await wrong.exited, [2, null]);
});
