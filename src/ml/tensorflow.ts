import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';

import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';

import { systemCode } from '../errors.js';
import { openWebgpu } from './tensorflow-webgpu.js';
import { completeWasmKernels } from './wasm-kernels.js';

/** Core and layers in one namespace. Operations are functions, `tf.add(a, b)`: tensors carry no chained methods. */
export type TensorFlow = Omit<typeof Core & typeof Layers, 'default'>;

export interface LoadedTensorFlow {
  readonly tf: TensorFlow;
  /** What runs the kernels. */
  readonly backend: 'tfjs-node-gpu' | 'tfjs-node' | 'webgpu' | 'wasm' | 'cpu';
}

const require = createRequire(import.meta.url);

/** Native TensorFlow, best first. Optional peers, because each downloads a library when it is installed. */
const NATIVE = ['tfjs-node-gpu', 'tfjs-node'] as const;

let loading: Promise<LoadedTensorFlow> | undefined;

/**
 * Loads TensorFlow.js with the best backend present: tfjs-node-gpu, else tfjs-node, else WebGPU on a graphics card, else wasm
 * (one thread: its threads need a browser's Worker), else plain JavaScript. Training works on all of them. Loaded once in a process.
 */
export function loadTensorflow(): Promise<LoadedTensorFlow> {
  loading ??= load();
  return loading;
}

async function load(): Promise<LoadedTensorFlow> {
  for (const backend of NATIVE) {
    const tf = requireNative(`@tensorflow/${backend}`);
    if (tf !== undefined) {
      tf.enableProdMode();
      await tf.ready();
      return { tf, backend };
    }
  }
  // The parts load in half the time of @tensorflow/tfjs, which brings WebGL, data sets and the chained methods along.
  const [core, layers, wasm] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@tensorflow/tfjs-layers'),
    import('@tensorflow/tfjs-backend-wasm'),
    import('@tensorflow/tfjs-backend-cpu'),
  ]);
  const tf: TensorFlow = { ...core, ...layers };
  tf.enableProdMode(); // No banner that recommends tfjs-node.
  if (await openWebgpu(core)) return { tf, backend: 'webgpu' };
  wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  if (await tf.setBackend('wasm')) {
    completeWasmKernels(core);
    return { tf, backend: 'wasm' };
  }
  await tf.setBackend('cpu');
  return { tf, backend: 'cpu' };
}

function requireNative(name: string): TensorFlow | undefined {
  try {
    return require(name) as TensorFlow;
  } catch (error) {
    if (systemCode(error) !== 'MODULE_NOT_FOUND') {
      process.emitWarning(
        `${name} is installed but does not load, so a slower TensorFlow.js is used: ${String(error)}`,
      );
    }
    return undefined;
  }
}
