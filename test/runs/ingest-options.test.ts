import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { parseIngestOptions, verifyIngestOptions } from '../../src/runs/ingest-options.js';
import { asNobody } from '../support/nobody.js';

test('paths are refused when none can be read; among others such a one is for the run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-options-'));
  t.after(() => rm(folder, { recursive: true }));
  const [open, closed, file] = ['open', 'closed', 'closed.jpg'].map((name) => join(folder, name));
  await mkdir(open);
  await mkdir(closed);
  await writeFile(file, 'abc');
  await chmod(folder, 0o755);
  await chmod(closed, 0);
  await chmod(file, 0);
  const verify = (options: object) => asNobody(() => verifyIngestOptions(parseIngestOptions(options)));
  for (const options of [{ paths: [closed] }, { paths: [file] }, { paths: [closed], positive: [file] }]) {
    await assert.rejects(verify(options), {
      code: 'BAD_INPUT',
      message: /closed.* cannot be read: Permission denied\./,
    });
  }
  await verify({ paths: [closed, open] });
  await verify({ paths: [closed], negative: [open] });
});
