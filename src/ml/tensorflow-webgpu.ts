import type * as TensorFlowCore from '@tensorflow/tfjs-core';

import { systemCode } from '../errors.js';

type Core = Pick<typeof TensorFlowCore, 'setBackend'>;

/** The part of the npm package `webgpu` (Dawn, Chromium's WebGPU) that is needed here. */
interface Dawn {
  readonly create: (flags: string[]) => Gpu;
  readonly globals: Record<string, unknown>;
}

interface Gpu {
  requestAdapter(): Promise<{
    readonly info: { readonly isFallbackAdapter?: boolean; readonly architecture: string };
  } | null>;
}

/** Optional peers: Dawn is 130 MB, and of use only where there is a graphics card. Named here so that no bundler looks for them. */
const DAWN = 'webgpu';
const BACKEND = '@tensorflow/tfjs-backend-webgpu';

/**
 * Gives TensorFlow.js the backend `webgpu`, where both packages are installed and there is a graphics card.
 * @param software whether a card that the processor plays will do: slower than wasm, and right for tests
 * @returns whether it is now the backend in use
 */
export async function openWebgpu(core: Core, { software = false } = {}): Promise<boolean> {
  const dawn = await optional<Dawn & { default?: Dawn }>(DAWN);
  if (dawn === undefined) return false;
  const { create, globals } = dawn.default ?? dawn;
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null || (isSoftware(adapter.info) && !software)) return false;
  Object.assign(globalThis, globals);
  // The backend asks the browser's `navigator`, which Node has from version 21 on, without `gpu`.
  const navigator = (globalThis as { navigator?: object }).navigator ?? {};
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  if ((await optional(BACKEND)) === undefined) return false;
  return core.setBackend('webgpu');
}

function isSoftware({
  isFallbackAdapter,
  architecture,
}: {
  isFallbackAdapter?: boolean;
  architecture: string;
}): boolean {
  return isFallbackAdapter === true || /swiftshader|llvmpipe/i.test(architecture);
}

async function optional<T>(name: string): Promise<T | undefined> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') {
      process.emitWarning(
        `${name} is installed but does not load, so a slower TensorFlow.js is used: ${String(error)}`,
      );
    }
    return undefined;
  }
}
