import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Diagnosis } from '../../src/cli/doctor.js';
import { freshDatabase } from '../support/database.js';
import { temporaryFolder, winnow } from './winnow.js';

test('winnow doctor says what there is, what is used and how to get more', async (t) => {
  const { url } = await freshDatabase(t);
  const settings = { WINNOW_HOME: await temporaryFolder(t), DATABASE_URL: url };
  const told = await winnow(['doctor'], settings);
  assert.equal(told.code, 0);
  assert.match(told.stdout, /^Node v\d+.* cores of /);
  assert.match(told.stdout, /embed on cpu +yes +runs/);
  assert.match(told.stdout, /mobilenet-v3 +yes +there \(MIT\)/);

  const { stdout } = await winnow(['doctor', '--json'], { ...settings, WINNOW_PROVIDERS: 'cuda,cpu' });
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  assert.equal(diagnosis.machine.node, process.version);
  assert.match(diagnosis.database.what, /PostgreSQL \d+/);
  assert.deepEqual(diagnosis.providersTried, ['cuda', 'cpu']);
  assert.ok(diagnosis.disk.freeBytes > 0);
  assert.ok(diagnosis.trainers.some(({ backend, ok }) => backend === diagnosis.trainer && ok));

  const refused = await winnow(['doctor'], { ...settings, WINNOW_PROVIDERS: 'cuda,gpu' });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /WINNOW_PROVIDERS must be auto, or names out of .*, but has "gpu"/);
});

test('winnow doctor also examines a machine whose database is away', async (t) => {
  const settings = {
    WINNOW_HOME: await temporaryFolder(t),
    DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none',
  };
  const { code, stdout } = await winnow(['doctor'], settings);
  assert.equal(code, 0);
  assert.match(stdout, /database +no +127\.0\.0\.1:1/);
  assert.ok(!stdout.includes('secret'));
});
