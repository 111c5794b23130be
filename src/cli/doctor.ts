import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, freemem, totalmem } from 'node:os';

import type { Config } from '../config.js';
import { openDatabase } from '../database.js';
import { rows } from '../db.js';
import { openEngine } from '../ml/engine.js';
import { providersToTry, providerStates, type Provider } from '../ml/providers.js';
import { OnnxGraph } from '../ml/convert/onnx-graph.js';
import { loadTensorflow } from '../ml/tensorflow.js';
import { listBackbones } from '../runs/backbones.js';

export interface Finding {
  /** Whether it can be used. */
  readonly ok: boolean;
  readonly what: string;
  /** What to do to get it or more; null when there is nothing to do. */
  readonly how: string | null;
}

export interface Diagnosis {
  readonly machine: { node: string; processor: string; cores: number; memoryBytes: number; freeMemoryBytes: number };
  /** Under WINNOW_HOME. */
  readonly disk: { path: string; freeBytes: number };
  readonly database: Finding;
  /** ONNX Runtime's providers, and whether a small network runs on them. */
  readonly providers: readonly (Finding & { provider: Provider })[];
  /** Those that embedding tries, in order. */
  readonly providersTried: readonly Provider[];
  /** Backends of TensorFlow.js for training. */
  readonly trainers: readonly (Finding & { backend: string })[];
  /** The one that training uses. */
  readonly trainer: string;
  readonly backbones: readonly (Finding & { name: string })[];
}

const TRAINERS: readonly { backend: string; packages: string[]; how: string }[] = [
  {
    backend: 'tfjs-node-gpu',
    packages: ['@tensorflow/tfjs-node-gpu'],
    how: 'An NVIDIA card with CUDA 11 and cuDNN 8, Node 20 or 22, Linux; then: npm install @tensorflow/tfjs-node-gpu. Or the Docker target cuda.',
  },
  {
    backend: 'tfjs-node',
    packages: ['@tensorflow/tfjs-node'],
    how: 'npm install @tensorflow/tfjs-node (Node 20 or 22)',
  },
  {
    backend: 'webgpu',
    packages: ['webgpu', '@tensorflow/tfjs-backend-webgpu'],
    how: 'A graphics card with its driver; then: npm install webgpu @tensorflow/tfjs-backend-webgpu',
  },
  { backend: 'wasm', packages: ['@tensorflow/tfjs-backend-wasm'], how: 'npm install' },
  { backend: 'cpu', packages: ['@tensorflow/tfjs-backend-cpu'], how: 'npm install' },
];

/** What this machine has, and what of it would be used. Opens the database and a small network on every provider. */
export async function examine(config: Config): Promise<Diagnosis> {
  const { bavail, bsize } = await statfs(config.home).catch(() => statfs('.'));
  const processors = cpus();
  const { database, backbones } = await examineDatabase(config);
  const { backend } = await loadTensorflow();
  return {
    machine: {
      node: process.version,
      processor: processors[0]?.model.trim() ?? 'unknown',
      cores: config.threads,
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
    },
    disk: { path: config.home, freeBytes: bavail * bsize },
    database,
    providers: await examineProviders(),
    providersTried: providersToTry(config.providers),
    trainers: TRAINERS.map((trainer) => examineTrainer(trainer, backend)),
    trainer: backend,
    backbones,
  };
}

function examineTrainer(
  { backend, packages, how }: (typeof TRAINERS)[number],
  used: string,
): Diagnosis['trainers'][number] {
  if (!packages.every(isInstalled)) return { backend, ok: false, what: 'not installed', how };
  const rank = TRAINERS.findIndex((trainer) => trainer.backend === backend);
  // Those that come before the one in use were tried, and did not work.
  const failed = rank < TRAINERS.findIndex((trainer) => trainer.backend === used);
  return failed
    ? { backend, ok: false, what: 'installed, but does not work here', how }
    : { backend, ok: true, what: 'installed', how: null };
}

async function examineDatabase(config: Config): Promise<Pick<Diagnosis, 'database' | 'backbones'>> {
  const which = config.databaseUrl === null ? 'embedded' : new URL(config.databaseUrl).host;
  try {
    const database = await openDatabase(config, 'doctor');
    try {
      const [{ version }] = await rows<{ version: string }>(
        database.dataSource,
        `select current_setting('server_version') as version`,
      );
      const available = await listBackbones(database.dataSource, config);
      return {
        database: { ok: true, what: `${which}, PostgreSQL ${version}`, how: null },
        backbones: available.map(({ name, missing, licence }) => {
          return {
            name,
            ok: missing === null,
            what: missing === null ? `there (${licence ?? 'no licence said'})` : 'missing',
            how: missing,
          };
        }),
      };
    } finally {
      await database.close();
    }
  } catch (error) {
    return { database: { ok: false, what: which, how: messageOf(error) }, backbones: [] };
  }
}

async function examineProviders(): Promise<Diagnosis['providers']> {
  const findings: (Finding & { provider: Provider })[] = [];
  for (const { provider, installed, how } of providerStates()) {
    if (!installed && how === null) continue; // not for this platform
    if (!installed) findings.push({ provider, ok: false, what: 'not installed', how });
    else findings.push({ provider, ...(await tryProvider(provider)) });
  }
  return findings;
}

async function tryProvider(provider: Provider): Promise<Finding> {
  try {
    const engine = await openEngine(doubling(), { threads: 1, provider });
    const doubled = new Float32Array(2);
    await engine.run(Float32Array.of(1, 2), [1, 2], doubled, [1, 2]);
    await engine.dispose();
    if (doubled.join() === '2,4') return { ok: true, what: 'runs', how: null };
    return { ok: false, what: `computes nonsense: 2 x (1, 2) is (${doubled.join()})`, how: 'Update its driver.' };
  } catch (error) {
    const how =
      provider === 'webgpu' && process.platform === 'linux'
        ? 'A graphics card with its Vulkan driver (on Debian: libvulkan1 and mesa-vulkan-drivers)'
        : 'Install or update its driver.';
    return { ok: false, what: `does not open: ${messageOf(error)}`, how };
  }
}

/** A network that adds its input to itself. */
function doubling(): Uint8Array {
  const graph = new OnnxGraph('doubling');
  const x = graph.input('x', 'float32', ['n', 2]);
  graph.node('Add', [x, x], 'doubled');
  graph.output('doubled', ['n', 2]);
  return graph.encode();
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Without the place in ONNX Runtime's sources that its messages begin with. */
function messageOf(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/^\/onnxruntime_src.* was false\. /, '').slice(0, 120);
}
