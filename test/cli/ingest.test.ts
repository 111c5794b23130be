import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
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

test('ingest says what it looked for and did not find, and which labels could not be used', async (t) => {
  const home = await temporaryFolder(t);
  const { url } = await freshDatabase(t);
  const settings = { WINNOW_HOME: home, DATABASE_URL: url };
  const folder = join(home, 'pictures');
  const empty = join(home, 'empty');
  const [[first]] = await copyPictures(folder, 3);
  await mkdir(empty);
  const labels = join(home, 'labels.csv');
  const ingest = (...args: string[]) => winnow(['ingest', ...args], settings);

  await writeFile(labels, 'path,label\n');
  const refused = await ingest(folder, '--labels', labels);
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  assert.match(refused.stderr, /^winnow: BAD_INPUT: The labels file .* holds no labels/);

  const nothing = await ingest(empty);
  assert.equal(nothing.code, 0, nothing.stderr);
  assert.match(nothing.stdout, /No image was found in \/.*\/empty\.\n$/);

  await writeFile(labels, `path,label\n${first},maybe\n${first},negativ\n${first},bad\na,ok\nb,ok\n`);
  const some = await ingest(folder, '--labels', labels);
  assert.equal(some.code, 0, some.stderr);
  assert.match(some.stdout, /: 6 done in .* labels set 1/);
  assert.match(
    some.stderr,
    /^4 labels could not be used: 2 LABEL_INVALID, 2 LABEL_UNMATCHED\. See winnow runs failures 2$/m,
  );
  assert.doesNotMatch(some.stderr, /of 6 could not be used/);
  const lines = some.stderr.split('\n').filter((line) => /^ {2}Line \d of /.test(line));
  assert.equal(lines.length, 3, some.stderr);
  assert.match(lines[0], /is "maybe"\.$/);

  const none = await ingest(folder, '--labels-by-folder');
  assert.match(none.stdout, /labels set 0.*\nNo image got a label: none lies in a folder that is called positive, /);
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
