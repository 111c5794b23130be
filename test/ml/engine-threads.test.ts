import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { BUILT_IN, describeBackbone } from '../../src/ml/backbones.js';
import { openEngineThreads } from '../../src/ml/engine-threads.js';
import { openEngine } from '../../src/ml/engine.js';
import { createRandom } from '../../src/ml/random.js';

const [{ size, dimensions }] = BUILT_IN;
const N = 5;
const shape = [N, size, size, 3];
const random = createRandom(3);
const pixels = Uint8Array.from({ length: N * size * size * 3 }, () => 256 * random.next());
let home: string;
let network: Uint8Array;

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'winnow-threads-'));
  const { fingerprint } = await describeBackbone(BUILT_IN[0], { home });
  network = await BUILT_IN[0].network({ home }, fingerprint);
});
after(() => rm(home, { recursive: true, force: true }));

test('threads of one core each give what one session on all cores gives, in the order asked', async () => {
  const together = await openEngine(network, { threads: 2 });
  const apart = await openEngineThreads(network, { threads: 3 });
  try {
    const [expected, actual] = [new Float32Array(N * dimensions), new Float32Array(N * dimensions)];
    await together.run(pixels, shape, expected, [N, dimensions]);
    const twice = [actual, new Float32Array(N * dimensions)];
    await Promise.all(twice.map((into) => apart.run(pixels, shape, into, [N, dimensions])));
    assert.deepEqual(twice[0], twice[1]);
    const largest = Math.max(...expected.map(Math.abs));
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - actual[i])));
    assert.ok(worst <= 1e-5 * largest, `differs by ${worst} of ${largest}`);
  } finally {
    await Promise.all([together.dispose(), apart.dispose()]);
  }
});

test('what is no network is refused, and so is a run after or across the end', async () => {
  await assert.rejects(openEngineThreads(new Uint8Array(64), { threads: 2 }), /model/i);
  const engine = await openEngineThreads(network, { threads: 1 });
  const run = () => engine.run(pixels, shape, new Float32Array(N * dimensions), [N, dimensions]);
  const across = assert.rejects(run(), /has ended/);
  await engine.dispose();
  await across;
  await assert.rejects(run(), /has ended/);
});

test('idle threads do not keep a process alive, and its end waits for no one', async () => {
  const path = join(home, 'network.onnx');
  await writeFile(path, network);
  const module = new URL('../../src/ml/engine-threads.ts', import.meta.url).href;
  const script = `import { readFileSync } from 'node:fs';
    const { openEngineThreads } = await import(${JSON.stringify(module)});
    const engine = await openEngineThreads(readFileSync(${JSON.stringify(path)}), { threads: 2 });
    const into = new Float32Array(${dimensions});
    await engine.run(new Uint8Array(${size * size * 3}), [1, ${size}, ${size}, 3], into, [1, ${dimensions}]);
    console.log(into.some((value) => value !== 0));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    {
      timeout: 60_000,
    },
  );
  assert.equal(stdout.trim(), 'true');
});
