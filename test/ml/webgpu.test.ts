import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { swiftshaderEnvironment, withoutSwiftshader } from '../support/swiftshader.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Both compute in float32, and add in another order. */
const TOLERANCE = 1e-4;

const withoutDawn = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].every(isInstalled)
  ? false
  : 'the optional packages webgpu and @tensorflow/tfjs-backend-webgpu are not installed';

test(
  "ONNX Runtime's webgpu provider agrees with the processor, and is chosen when asked for",
  { skip: withoutSwiftshader },
  async (t) => {
    const { provider, difference } = await inChild<{ provider: string; difference: number }>(
      t,
      `
    import { examineNetwork } from './src/ml/backbones/add.ts';
    import { openBestEngine, relativeDifference } from './src/ml/best-engine.ts';
    import { SIZE, smallNetwork } from './test/support/networks.ts';
    const how = { size: SIZE, mean: [0, 0, 0], std: [1, 1, 1], layout: 'NCHW', channels: 'RGB', output: 'maps' };
    const { network, dimensions } = await examineNetwork(smallNetwork(), how, null, { threads: 1 });
    const pixels = Uint8Array.from({ length: 4 * SIZE * SIZE * 3 }, (_, i) => (i * 7919) & 255);
    const features = [];
    let provider;
    for (const providers of [['cpu'], ['webgpu']]) {
      const best = await openBestEngine(network, { threads: 1, providers, size: SIZE, dimensions });
      const into = new Float32Array(4 * dimensions);
      await best.engine.run(pixels, [4, SIZE, SIZE, 3], into, [4, dimensions]);
      features.push(into);
      provider = best.provider;
    }
    console.log(JSON.stringify({ provider, difference: relativeDifference(features[1], features[0]) }));
    process.exit();`,
    );
    t.diagnostic(`off by ${difference.toExponential(1)} of the largest feature`);
    assert.equal(provider, 'webgpu');
    assert.ok(difference <= TOLERANCE);
  },
);

const skip = withoutSwiftshader || withoutDawn;
test("TensorFlow.js's webgpu backend agrees with cpu, a convolution's gradients included", { skip }, async (t) => {
  const { backends, differences } = await inChild<{ backends: string[]; differences: Record<string, number> }>(
    t,
    `
    import * as core from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-layers';
    import '@tensorflow/tfjs-backend-cpu';
    import { relativeDifference } from './src/ml/best-engine.ts';
    import { openWebgpu } from './src/ml/tensorflow-webgpu.ts';
    import { convolve } from './src/ml/vgg16/convolution.ts';
    core.enableProdMode();
    const values = (length) => Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) / 2);
    const compute = async () => {
      const x = core.tensor4d(values(384), [2, 8, 8, 3]);
      const kernel = core.tensor4d(values(108), [3, 3, 3, 4]);
      const conv = (x, kernel) => core.relu(core.conv2d(x, kernel, 1, 'same'));
      const [dx, dkernel] = core.grads((x, kernel) => core.sum(core.square(conv(x, kernel))))([x, kernel]);
      const ours = (x, kernel) => core.maxPool(core.relu(convolve(core, x, kernel)), 2, 2, 'valid');
      const [ourDx, ourDkernel] = core.grads((x, kernel) => core.sum(core.square(ours(x, kernel))))([x, kernel]);
      const dense = core.matMul(core.reshape(x, [2, 192]), core.tensor2d(values(192), [192, 1]));
      return { output: await conv(x, kernel).data(), dx: await dx.data(), dkernel: await dkernel.data(), dense: await dense.data(),
        ourDx: await ourDx.data(), ourDkernel: await ourDkernel.data() };
    };
    await core.setBackend('cpu');
    const backends = [core.getBackend()];
    const expected = await compute();
    await openWebgpu(core, { software: true });
    backends.push(core.getBackend());
    const actual = await compute();
    const differences = Object.fromEntries(
      Object.keys(expected).map((name) => [name, relativeDifference(actual[name], expected[name])]),
    );
    console.log(JSON.stringify({ backends, differences }));
    process.exit();`,
  );
  assert.deepEqual(backends, ['cpu', 'webgpu']);
  for (const [name, difference] of Object.entries(differences)) {
    t.diagnostic(`${name}: off by ${difference.toExponential(1)} of the largest`);
    assert.ok(difference <= TOLERANCE, `${name} is off by ${difference}`);
  }
});

test('a card that the processor plays is not used for training, where wasm is faster', { skip }, async (t) => {
  const { backend } = await inChild<{ backend: string }>(
    t,
    `
    import { loadTensorflow } from './src/ml/tensorflow.ts';
    console.log(JSON.stringify({ backend: (await loadTensorflow()).backend }));
    process.exit();`,
  );
  assert.notEqual(backend, 'webgpu');
});

/** What a script prints, in a process that sees SwiftShader. */
async function inChild<T>(t: TestContext, script: string): Promise<T> {
  const env = await swiftshaderEnvironment();
  t.after(() => rm(env.XDG_RUNTIME_DIR!, { recursive: true, force: true }));
  const options = ['--import', 'tsx', '--input-type', 'module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: ROOT, env, timeout: 240_000 });
  return JSON.parse(stdout) as T;
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
