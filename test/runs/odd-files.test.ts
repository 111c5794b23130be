import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { listFailures } from '../../src/catalog/failures.js';
import { knownSources } from '../../src/catalog/sources.js';
import type { Run } from '../../src/entities/index.js';
import { writeOddFiles } from '../fixtures/odd-files.js';
import { count, execute, openBenchWithWorker } from './support.js';

test('every bad and odd file is accounted for, and none stops a run', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const root = join(folder, 'odd');
  await mkdir(root);
  const files = await writeOddFiles(root);
  assert.ok(files.length >= 40, `only ${files.length} odd files`);

  const ingested = await execute(bench, 'INGEST', { paths: [root] });
  const expected = new Map(files.map(({ name, expect }) => [join(root, name), expect]));
  const good = files.filter(({ expect }) => expect === 'OK').map(({ name }) => join(root, name));
  assertAccounted(ingested, { total: files.length, done: good.length, failed: files.length - good.length });

  const failures = await listFailures(db, ingested.id, { first: 1000 });
  const got = new Map<string, string>(good.map((path) => [path, 'OK']));
  for (const { uri, code } of failures) got.set(uri ?? '', code);
  assert.deepEqual(sorted(got), sorted(expected));
  assert.ok(failures.every(({ message }) => message.length > 10));
  const known = await knownSources(db, good);
  assert.equal([...known.values()].filter(({ imageId }) => imageId !== null).length, good.length);

  // What was taken in goes all the way through.
  const images = await count(db, 'from winnow.images');
  assertAccounted(await execute(bench, 'RESIZE'), { total: images, done: images });
  assertAccounted(await execute(bench, 'EMBED'), { total: images, done: images });

  // The second time nothing is opened that cannot have become better; what may have is tried again, and fails again.
  const again = await execute(bench, 'INGEST', { paths: [root] });
  assert.equal(again.state, 'SUCCEEDED');
  assert.equal(again.total, files.length);
  assert.equal(again.done, 0);
  assert.equal(again.skipped + again.failed, files.length);
  const lasting = ['EMPTY_FILE', 'TRUNCATED', 'NOT_AN_IMAGE', 'UNSUPPORTED_FORMAT', 'ZERO_PIXELS', 'CORRUPT'];
  const retried = files.filter(({ expect }) => expect !== 'OK' && !lasting.includes(expect));
  assert.equal(again.failed, retried.length);
  const attempts = (await listFailures(db, again.id, { first: 1000 })).map(({ attempt }) => attempt);
  assert.deepEqual(attempts, Array<number>(retried.length).fill(2));
});

function assertAccounted(run: Run, expected: Partial<Pick<Run, 'total' | 'done' | 'skipped' | 'failed'>>): void {
  const { stage, state, total, done, skipped, failed, errorMessage } = run;
  assert.equal(done + skipped + failed, total);
  assert.deepEqual(
    { stage, state, total, done, skipped, failed, errorMessage },
    { stage, state: 'SUCCEEDED', skipped: 0, failed: 0, errorMessage: null, ...expected },
  );
}

function sorted(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
