import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { SIZE, smallNetwork } from '../support/networks.js';
import { freshDatabase } from '../support/database.js';
import { temporaryFolder, winnow } from './winnow.js';

test('winnow backbones: a network is added from the command line, and listed', async (t) => {
  const home = await temporaryFolder(t);
  const { url } = await freshDatabase(t);
  const settings = { WINNOW_HOME: home, DATABASE_URL: url };
  const onnx = join(home, 'small.onnx');
  await writeFile(onnx, smallNetwork());
  const add = ['backbones', 'add', '--name', 'small', '--onnx', onnx, '--size', String(SIZE), '--output', 'maps'];

  const added = await winnow([...add, '--licence', 'CC0-1.0', '--mean', '0,0,0', '--std', '1,1,1'], settings);
  assert.equal(added.stderr, '');
  assert.match(added.stdout, /^small: 8 numbers from squares of 32 pixels \(pooling MEAN\), .*\/s here\. Use it with/);
  const listed = await winnow(['backbones'], settings);
  assert.match(listed.stdout, /mobilenet-v3 +MIT +224 +1,216 +4\.\d +not measured/);
  assert.match(listed.stdout, /small +CC0-1\.0 +32 +8 +0\.0 +[\d.,]+\/s \(FP32, cpu\)/);

  const refused = await winnow([...add.slice(0, -1), 'logits'], settings);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /BAD_INPUT: It has no output "logits"/);
});
