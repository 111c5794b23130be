import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

import { WinnowError } from './errors.js';

export const PROVIDER_NAMES = ['tensorrt', 'cuda', 'coreml', 'dml', 'webgpu', 'cpu'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** What computes features and scores: ONNX Runtime, or TensorFlow.js with the best backend that is there. */
export const ENGINES = ['ONNX', 'TENSORFLOW'] as const;
export type EngineName = (typeof ENGINES)[number];

export interface Config {
  /** Everything Winnow keeps on disk: the embedded database, letterboxed squares, converted backbones, models. */
  readonly home: string;
  /** A Postgres 15+ to use instead of the embedded one. */
  readonly databaseUrl: string | null;
  readonly host: string;
  readonly port: number;
  /** Bearer tokens. With none set, only a loopback address may be listened on, and every local request may write. */
  readonly tokens: { readonly read: string | null; readonly write: string | null };
  /** Folders that ingest and export may touch over GraphQL, symlinks resolved. */
  readonly roots: readonly string[];
  /** Who does the heavy work of `serve`: a child process, or worker processes started elsewhere. */
  readonly worker: 'child' | 'external';
  /** Processor cores that decoding and inference may use in one worker. */
  readonly threads: number;
  /** What computes features and scores where a run does not say. */
  readonly engine: EngineName;
  /** The .h5 file with the weights of VGG16; null to download the official one when it is first needed. */
  readonly vgg16Weights: string | null;
  /** Most bytes on disk for what a run keeps of every labelled image while it fine-tunes a network. */
  readonly fineTuneBytes: number;
  /** ONNX Runtime's execution providers, best first; `auto` for what this machine has. */
  readonly providers: readonly ProviderName[] | 'auto';
  readonly limits: {
    /** Largest image accepted, in pixels (width x height). */
    readonly pixels: number;
    /** Largest file accepted, in bytes. */
    readonly bytes: number;
  };
  readonly introspection: boolean;
  /** Whether clients may send the hash of a query in its place, once it was sent whole. */
  readonly persistedQueries: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Reads the settings. Pure: the same environment gives the same frozen Config.
 * @throws WinnowError CONFIGURATION that names the variable, what was expected and what came.
 */
export function parseConfig(env: Environment, cwd = process.cwd()): Config {
  const host = env.WINNOW_HOST || '127.0.0.1';
  const tokens = { read: token(env, 'WINNOW_READ_TOKEN'), write: token(env, 'WINNOW_WRITE_TOKEN') };
  if (!isLoopback(host) && tokens.write === null) {
    throw new WinnowError(
      'CONFIGURATION',
      `WINNOW_HOST is ${host}, which other machines can reach. Set WINNOW_WRITE_TOKEN to a secret of 16 or more characters, or listen on 127.0.0.1.`,
    );
  }
  const roots = env.WINNOW_ROOTS ? env.WINNOW_ROOTS.split(':').filter(Boolean) : isLoopback(host) ? ['/'] : [cwd];
  return Object.freeze({
    home: resolve(cwd, env.WINNOW_HOME || 'var'),
    databaseUrl: databaseUrl(env.DATABASE_URL),
    host,
    port: integer(env, 'WINNOW_PORT', 4000, 0, 65_535),
    tokens: Object.freeze(tokens),
    roots: Object.freeze(roots.map((root) => resolve(cwd, root))),
    worker: choice(env, 'WINNOW_WORKER', ['child', 'external'] as const),
    threads: integer(env, 'WINNOW_THREADS', availableParallelism(), 1, 1024),
    engine: choice(env, 'WINNOW_ENGINE', ENGINES),
    vgg16Weights: env.WINNOW_VGG16_WEIGHTS ? resolve(cwd, env.WINNOW_VGG16_WEIGHTS) : null,
    fineTuneBytes: integer(env, 'WINNOW_FINE_TUNE_BYTES', 4 * 2 ** 30, 1, Number.MAX_SAFE_INTEGER),
    providers: providers(env.WINNOW_PROVIDERS),
    limits: Object.freeze({
      pixels: integer(env, 'WINNOW_MAX_PIXELS', 100_000_000, 1, 2 ** 31 - 1),
      bytes: integer(env, 'WINNOW_MAX_BYTES', 256 * 2 ** 20, 1, 2 ** 31 - 1),
    }),
    introspection: choice(env, 'WINNOW_INTROSPECTION', ['on', 'off'] as const) === 'on',
    persistedQueries: choice(env, 'WINNOW_PERSISTED_QUERIES', ['off', 'on'] as const) === 'on',
  });
}

/** Reads the settings of this process: the only place that touches `process.env`. */
export function readConfig(overrides: Environment = {}): Config {
  return parseConfig({ ...process.env, ...overrides });
}

/** The environment in which `readConfig` gives a worker process these settings, without those that only the API needs. */
export function workerEnvironment(config: Config): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WINNOW_HOME: config.home,
    DATABASE_URL: config.databaseUrl ?? '',
    WINNOW_HOST: '',
    WINNOW_PORT: '',
    WINNOW_READ_TOKEN: '',
    WINNOW_WRITE_TOKEN: '',
    WINNOW_ROOTS: config.roots.join(':'),
    WINNOW_THREADS: String(config.threads),
    WINNOW_ENGINE: config.engine,
    WINNOW_VGG16_WEIGHTS: config.vgg16Weights ?? '',
    WINNOW_FINE_TUNE_BYTES: String(config.fineTuneBytes),
    WINNOW_PROVIDERS: config.providers === 'auto' ? '' : config.providers.join(),
    WINNOW_MAX_PIXELS: String(config.limits.pixels),
    WINNOW_MAX_BYTES: String(config.limits.bytes),
  };
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

function integer(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new WinnowError('CONFIGURATION', `${name} must be a whole number from ${min} to ${max}, but is "${text}".`);
  }
  return value;
}

/** The first option is the default. */
function choice<T extends string>(env: Environment, name: string, options: readonly [T, ...T[]]): T {
  const text = env[name];
  if (text === undefined || text === '') return options[0];
  const found = options.find((option) => option === text);
  if (found === undefined) {
    throw new WinnowError('CONFIGURATION', `${name} must be one of ${options.join(', ')}, but is "${text}".`);
  }
  return found;
}

function providers(text: string | undefined): readonly ProviderName[] | 'auto' {
  if (text === undefined || text === '' || text === 'auto') return 'auto';
  const names = text.split(',').map((name) => name.trim());
  const known = names.map((name) => PROVIDER_NAMES.find((provider) => provider === name));
  const at = known.indexOf(undefined);
  if (at < 0) return Object.freeze(known as ProviderName[]);
  throw new WinnowError(
    'CONFIGURATION',
    `WINNOW_PROVIDERS must be auto, or names out of ${PROVIDER_NAMES.join(', ')} with commas between, but has "${names[at]}".`,
  );
}

function token(env: Environment, name: string): string | null {
  const text = env[name];
  if (text === undefined || text === '') return null;
  if (text.length < 16) {
    throw new WinnowError('CONFIGURATION', `${name} must have 16 or more characters, but has ${text.length}.`);
  }
  return text;
}

function databaseUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) {
    throw new WinnowError('CONFIGURATION', 'DATABASE_URL must look like postgres://user:password@host:5432/database.');
  }
  return text;
}
