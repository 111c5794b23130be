import assert from 'node:assert/strict';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';

import { pictureFolder } from '../../demo/pictures.js';
import { listRuns } from '../../src/catalog/runs.js';
import { freshDatabase } from '../support/database.js';
import { copyPictures, startWinnow, temporaryFolder, winnow } from './winnow.js';

test('ingest --json: stdout is one document; a bad file does not fail the run, and is told about', async (t) => {
  const home = await temporaryFolder(t);
  const { url } = await freshDatabase(t);
  const settings = { WINNOW_HOME: home, DATABASE_URL: url };
  const folder = join(home, 'pictures');
  await copyPictures(folder, 5);
  await writeFile(join(folder, 'broken.jpg'), 'no picture');

  const { code, stdout, stderr } = await winnow(['ingest', folder, '--json'], settings);
  assert.equal(code, 0, stderr);
  const { run } = JSON.parse(stdout) as { run: Record<string, unknown> };
  const { id, stage, state, total, done, failed } = run;
  assert.deepEqual(
    { stage, state, total, done, failed },
    { stage: 'INGEST', state: 'SUCCEEDED', total: 11, done: 10, failed: 1 },
  );
  assert.match(
    stderr,
    new RegExp(`1 of 11 could not be used: 1 NOT_AN_IMAGE\\. See winnow runs failures ${Number(id)}\\n`),
  );

  const listed = await winnow(['runs', 'failures', String(id)], settings);
  assert.match(listed.stdout, /^NOT_AN_IMAGE .*broken\.jpg/m);

  await copyFile(join(folder, (await readdir(folder))[0]), join(folder, 'broken.jpg'));
  const retried = await winnow(['runs', 'retry', String(id)], settings);
  assert.equal(retried.code, 0, retried.stderr);
  assert.match(retried.stdout, /^Run \d+ \(INGEST\): 1 done in /);
});

test('Ctrl-C cancels the run, closes in order and gives 130', async (t) => {
  const home = await temporaryFolder(t);
  const db = await freshDatabase(t);
  const { child, ended } = startWinnow(['ingest', pictureFolder()], { WINNOW_HOME: home, DATABASE_URL: db.url });
  const started = await Promise.race([untilRunning(), ended.then(() => false)]);
  assert.ok(started, 'the run ended before it could be interrupted');
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /winnow: CANCELLED: Run 1 \(INGEST\) was cancelled/);
  const [run] = await listRuns(db);
  assert.equal(run.state, 'CANCELLED');

  async function untilRunning(): Promise<boolean> {
    for (;;) {
      const [run] = await listRuns(db);
      if (run?.state === 'RUNNING') return true;
      await sleep(20);
    }
  }
});
