import { readFileSync } from 'node:fs';

import { InferenceSession, Tensor, env } from 'onnxruntime-node';

import type { Provider } from './providers.js';

/** How loud ONNX Runtime is on stderr. */
const ERROR = 3;
const FATAL = 4;

/** A loaded network with one input and one output. */
export interface Engine {
  /** It divides a batch over the cores itself: give it all there is. */
  readonly divides?: boolean;
  /**
   * Runs the network. Where the engine does not divide, ONNX Runtime computes on the calling thread, so the event loop stands
   * still meanwhile: keep batches short. Calls may overlap; they are run one after the other.
   * @param input values of the given shape, row-major. @param into where the output is written: exactly as long as it is.
   */
  run(
    input: Uint8Array | Float32Array,
    shape: readonly number[],
    into: Float32Array,
    intoShape: readonly number[],
  ): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Opens an ONNX model.
 * @param threads processor cores that one run may use.
 * @param provider what computes; the processor when left out. What a provider lacks, the processor does.
 */
export async function openEngine(
  model: Uint8Array,
  { threads, provider = 'cpu' }: { threads: number; provider?: Provider },
): Promise<Engine> {
  const session = await openSession(model, threads, { provider });
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  return {
    async run(input, shape, into, intoShape) {
      const fed =
        input instanceof Float32Array ? new Tensor('float32', input, shape) : new Tensor('uint8', input, shape);
      await session.run({ [inputName]: fed }, { [outputName]: new Tensor('float32', into, intoShape) });
    },
    dispose: () => session.release(),
  };
}

/** A network whose output has a shape that is not known yet. */
export interface Probe {
  run(input: Uint8Array, shape: readonly number[]): Promise<{ dims: readonly number[]; data: Float32Array }>;
  dispose(): Promise<void>;
}

/** Opens an ONNX model to see what it gives. Quiet: what is wrong with it is thrown. */
export async function openProbe(model: Uint8Array, { threads }: { threads: number }): Promise<Probe> {
  const session = await openSession(model, threads, { logSeverityLevel: FATAL });
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  return {
    async run(input, shape) {
      const { [outputName]: output } = await session.run(
        { [inputName]: new Tensor('uint8', input, shape) },
        { logSeverityLevel: FATAL },
      );
      return { dims: output.dims, data: output.data as Float32Array };
    },
    dispose: () => session.release(),
  };
}

async function openSession(
  model: Uint8Array,
  threads: number,
  { provider = 'cpu', logSeverityLevel = ERROR }: { provider?: Provider; logSeverityLevel?: 3 | 4 },
): Promise<InferenceSession> {
  env.logLevel = 'error'; // Its warnings are about unknown processors and graphics cards. Only the first session reads this.
  return InferenceSession.create(model, {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Threads that wait for each other spin for long by default: as fast on an idle machine, but beside decoding,
    // or anything else that wants the cores, half the speed for twice the processor time.
    extra: { session: { intra_op: { spin_duration_us: '50' }, x64quantprecision: addsBytesExactly() ? '0' : '1' } },
    // The arena keeps and reuses what the largest batch needed: no allocation from run to run, and no growth.
    enableCpuMemArena: true,
    enableMemPattern: true,
    logSeverityLevel,
  });
}

/** A network whose outputs are single numbers, by name. */
export interface Observer {
  run(input: Uint8Array, shape: readonly number[]): Promise<Record<string, number>>;
  dispose(): Promise<void>;
}

/** Opens an ONNX model whose outputs are single numbers. */
export async function openObserver(model: Uint8Array, { threads }: { threads: number }): Promise<Observer> {
  const session = await openSession(model, threads, {});
  const [inputName] = session.inputNames;
  return {
    async run(input, shape) {
      const outputs = await session.run({ [inputName]: new Tensor('uint8', input, shape) });
      return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Number(data[0])]));
    },
    dispose: () => session.release(),
  };
}

let exact: boolean | undefined;

/**
 * Processors without VNNI add products of bytes in 16 bits, which 8-bit weights overflow. Told so, ONNX Runtime takes exact
 * kernels, and features are the same on all. Where it is not needed, that would cost three quarters of the speed.
 */
export function addsBytesExactly(): boolean {
  if (process.arch !== 'x64') return true;
  exact ??= process.platform === 'linux' && /\bavx(512)?_vnni\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  return exact;
}
