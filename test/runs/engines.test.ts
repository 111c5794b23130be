import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { rows } from '../../src/db.js';
import { copyInto, emoji, execute, openBenchWithWorker, type Bench } from './support.js';

test('what one engine began the other goes on with, and the scores are the same', async (t) => {
  const bench = await openBenchWithWorker(t);
  const positive = join(bench.folder, 'people');
  const negative = join(bench.folder, 'food');
  await copyInto(positive, await emoji('people', 12));
  await copyInto(negative, await emoji('food', 12));
  await execute(bench, 'INGEST', { positive: [positive], negative: [negative] });
  assert.equal((await execute(bench, 'EMBED', { engine: 'TENSORFLOW' })).done, 24);
  assert.equal((await execute(bench, 'EMBED', { engine: 'ONNX' })).skipped, 24);

  await execute(bench, 'TRAIN', { epochs: 3 });
  await execute(bench, 'CLASSIFY');
  const before = await scores(bench);
  assert.equal((await execute(bench, 'CLASSIFY', { engine: 'TENSORFLOW' })).done, 24);
  const after = await scores(bench);
  assert.equal(after.length, 24);
  const largest = Math.max(...before.map(Math.abs));
  assert.ok(after.every((logit, i) => Math.abs(logit - before[i]) <= 1e-4 * largest));
  await assert.rejects(execute(bench, 'CLASSIFY', { engine: 'TORCH' }), {
    code: 'BAD_INPUT',
    message: /engine must be one of ONNX, TENSORFLOW, but is "TORCH"/,
  });
});

async function scores({ db }: Bench): Promise<number[]> {
  const found = await rows<{ logit: number }>(db, 'select logit from winnow.scores order by image_id');
  return found.map(({ logit }) => logit);
}
