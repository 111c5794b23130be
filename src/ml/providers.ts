import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { PROVIDER_NAMES, type ProviderName } from '../config.js';

/** One of ONNX Runtime's execution providers, as it calls them. */
export type Provider = ProviderName;

export interface ProviderState {
  readonly provider: Provider;
  /** Whether this installation could open it at all; whether the machine lets it is seen by opening it. */
  readonly installed: boolean;
  /** What to do to get it; null when it is there, or cannot be had on this platform. */
  readonly how: string | null;
}

/** Where each platform keeps what Linux has in /dev. */
const GPU_NODES = '/dev/dri';

/**
 * The providers to try, best first; `cpu` always ends them.
 * @param setting names in order, or `auto`: what is installed and may be faster than the processor. TensorRT is never tried
 *   by itself, because it compiles each network for minutes; WebGPU only where there is a graphics card.
 */
export function providersToTry(setting: readonly Provider[] | 'auto'): Provider[] {
  const asked =
    setting === 'auto'
      ? PROVIDER_NAMES.filter((provider) => provider !== 'tensorrt' && isInstalled(provider) && mayBeFaster(provider))
      : setting;
  const others = asked.slice(0, asked.includes('cpu') ? asked.indexOf('cpu') : undefined);
  return [...others, 'cpu'];
}

/** All providers, and which of them this installation of ONNX Runtime has. */
export function providerStates(): ProviderState[] {
  return PROVIDER_NAMES.map((provider) => {
    const installed = isInstalled(provider);
    return { provider, installed, how: installed ? null : howToGet(provider) };
  });
}

/** Whether the libraries of a provider are there. Asked before it is opened, because ONNX Runtime is loud when they are not. */
export function isInstalled(provider: Provider): boolean {
  switch (provider) {
    case 'cpu':
      return true;
    case 'webgpu':
      return ['linux', 'darwin', 'win32'].includes(process.platform);
    case 'coreml':
      return process.platform === 'darwin';
    case 'dml':
      return process.platform === 'win32';
    case 'cuda':
    case 'tensorrt':
      return existsSync(join(libraries(), `libonnxruntime_providers_${provider}.so`));
  }
}

function mayBeFaster(provider: Provider): boolean {
  if (provider !== 'webgpu' || process.platform !== 'linux') return true;
  try {
    return readdirSync(GPU_NODES).some((name) => name.startsWith('renderD'));
  } catch {
    return false;
  }
}

function howToGet(provider: Provider): string | null {
  const linux = process.platform === 'linux' && process.arch === 'x64';
  if (linux && (provider === 'cuda' || provider === 'tensorrt')) {
    return (
      'An NVIDIA card with CUDA 12 and cuDNN 9' +
      (provider === 'tensorrt' ? ' and TensorRT 10' : '') +
      '; then: ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js'
    );
  }
  return null;
}

function libraries(): string {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(main, '..', '..', 'bin', 'napi-v6', process.platform, process.arch);
}
