import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openBench, request } from './support.js';

test('a run with a backbone that is not there is refused when it is asked for', async (t) => {
  const bench = await openBench(t);
  const message = /backbone must be one of mobilenet-v3, but is "vgg-99"/;
  for (const stage of ['EMBED', 'TRAIN'] as const) {
    await assert.rejects(request(bench, stage, { backbone: 'vgg-99' }), { code: 'BAD_INPUT', message });
    await assert.rejects(request(bench, stage, { backbone: 'toString' }), { code: 'BAD_INPUT' });
  }
});
