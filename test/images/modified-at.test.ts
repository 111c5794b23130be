import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { test } from 'node:test';

import { modifiedAt } from '../../src/images/modified-at.js';

test("the time of a file is the file's own, where the catalog can keep it", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-time-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'a.jpg');
  await writeFile(file, '');
  for (const time of ['1968-01-01T00:00:00.000Z', '2026-11-27T12:34:56.789Z']) {
    await utimes(file, new Date(time), new Date(time));
    const stats = await stat(file);
    assert.equal(modifiedAt(stats).getTime(), stats.mtime.getTime());
  }
});

test('a time outside of the years 1 to 9999 is the nearest one inside', () => {
  const shown = [253402300800, 8640000000001, 9e15, -62135596801, -9e15].map((seconds) =>
    modifiedAt({ mtimeMs: seconds * 1000 }).toISOString(),
  );
  const [late, early] = ['9999-12-30T00:00:00.000Z', '0001-01-02T00:00:00.000Z'];
  assert.deepEqual(shown, [late, late, late, early, early]);
});
