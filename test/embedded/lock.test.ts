import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { withLock } from '../../src/embedded/lock.js';
import { isRunning, ownIdentity } from '../../src/embedded/processes.js';
import { spawnScript } from '../support/processes.js';
import { until } from '../support/waiting.js';

async function lockFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-lock-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'lock'));
  return folder;
}

test('one at a time, in this process', async (t) => {
  const lock = join(await lockFolder(t), 'lock');
  let [inside, most] = [0, 0];
  const turn = async (number: number) => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(5);
    inside -= 1;
    return number;
  };
  const numbers = await Promise.all([1, 2, 3, 4, 5].map((number) => withLock(lock, () => turn(number))));
  assert.deepEqual(numbers, [1, 2, 3, 4, 5]);
  assert.equal(most, 1);
});

test('work that throws gives the lock back', async (t) => {
  const lock = join(await lockFolder(t), 'lock');
  await assert.rejects(
    withLock(lock, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await withLock(lock, () => Promise.resolve('yes')), 'yes');
  assert.equal((await readdir(lock)).length, 1, 'and old turns are swept');
});

test('one at a time among processes, of which some are killed -9', async (t) => {
  const folder = await lockFolder(t);
  const file = join(folder, 'number');
  await writeFile(file, '0');
  const start = () => spawnScript(t, 'lock-process.ts', [join(folder, 'lock'), file]);
  const [victim, ...others] = [start(), start(), start()];
  const counted = Array.from({ length: 25 }, () => victim.line());
  await Promise.all(counted);
  await victim.kill('SIGKILL');
  await Promise.all(others.map((other) => until('its end', () => other.child.exitCode !== null, 60_000)));
  assert.deepEqual(
    others.map((other) => other.child.exitCode),
    [0, 0],
  );
  const number = Number(await readFile(file, 'utf8'));
  // The victim may have written a number that it did not come to print.
  assert.ok(number >= 225 && number <= 300, String(number));
  const printed = new Set<string>();
  for (const other of others) {
    for (let turn = 0; turn < 100; turn += 1) printed.add(await other.line());
  }
  assert.equal(printed.size, 200, 'no number came twice');
});

test('a process is told from a later one with the same pid', async (t) => {
  const me = await ownIdentity();
  assert.equal(await isRunning(me), true);
  assert.equal(await isRunning({ ...me, started: 'long ago' }), false);
  const child = spawn('sleep', ['60']);
  t.after(() => child.kill());
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  assert.equal(await isRunning({ pid, started: null }), true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(await isRunning({ pid, started: null }), false);
});
