import { openEngineThreads } from './engine-threads.js';
import { openEngine, type Engine } from './engine.js';
import { providersToTry, type Provider } from './providers.js';
import { createRandom } from './random.js';

export interface BestEngineOptions {
  readonly threads: number;
  readonly providers: readonly Provider[] | 'auto';
  /** Of the network's squares, in pixels. */
  readonly size: number;
  /** Numbers in its features. */
  readonly dimensions: number;
}

/**
 * How far a provider's features may be from the processor's, as a share of the largest magnitude: features are stored with
 * 11 significant bits, which rounds by 2^-11 = 4.9e-4 of each number. A card that computes in fewer bits does not pass.
 */
export const PROVIDER_TOLERANCE = 5e-4;

/** Bytes of a network that is worth a copy on every core: its weights and one square's activations stay near that core. */
const SMALL_NETWORK = 32 * 2 ** 20;

/** Squares of the trial. */
const TRIAL = 2;

/**
 * Opens a backbone's network on the first provider that opens it and agrees with the processor on trial squares. With
 * `auto` it must be faster, too. Says so, once, when one that is there is not used.
 */
export async function openBestEngine(
  network: Uint8Array,
  { threads, providers, size, dimensions }: BestEngineOptions,
): Promise<{ engine: Engine; provider: Provider }> {
  const cpu = await (network.length <= SMALL_NETWORK ? openEngineThreads : openEngine)(network, { threads });
  const others = providersToTry(providers).filter((provider) => provider !== 'cpu');
  if (others.length === 0) return { engine: cpu, provider: 'cpu' };
  const pixels = trialSquares(size);
  const shape = [TRIAL, size, size, 3];
  const expected = await tried(cpu, pixels, shape, dimensions);
  for (const provider of others) {
    const engine = await openEngine(network, { threads, provider }).catch((error: unknown) => {
      warn(provider, `does not open: ${String(error).split('\n')[0].slice(0, 200)}`);
    });
    if (engine === undefined) continue;
    try {
      const actual = await tried(engine, pixels, shape, dimensions);
      const difference = relativeDifference(actual.features, expected.features);
      if (!(difference <= PROVIDER_TOLERANCE)) {
        warn(provider, `differs from the processor by ${difference.toExponential(1)} of the largest feature`);
      } else if (providers !== 'auto' || actual.seconds < expected.seconds) {
        await cpu.dispose();
        return { engine, provider };
      }
    } catch (error) {
      warn(provider, `does not run the network: ${String(error).split('\n')[0].slice(0, 200)}`);
    }
    await engine.dispose();
  }
  return { engine: cpu, provider: 'cpu' };
}

/** The largest difference between two vectors, as a share of the largest magnitude in `expected`. */
export function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  let largest = 0;
  let worst = 0;
  expected.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    const difference = Math.abs(value - actual[i]);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  });
  return worst === 0 ? 0 : worst / largest;
}

/** Features, and the seconds that the second run took: the first one compiles. */
async function tried(engine: Engine, pixels: Uint8Array, shape: readonly number[], dimensions: number) {
  const features = new Float32Array(TRIAL * dimensions);
  await engine.run(pixels, shape, features, [TRIAL, dimensions]);
  const begun = performance.now();
  await engine.run(pixels, shape, features, [TRIAL, dimensions]);
  return { features, seconds: (performance.now() - begun) / 1000 };
}

/** Soft shapes with a little noise: nearer to pictures than noise alone. */
function trialSquares(size: number): Uint8Array {
  const random = createRandom(1);
  return Uint8Array.from({ length: TRIAL * size * size * 3 }, (_, i) => {
    const [x, y, colour] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3];
    return 128 + 90 * Math.sin(x / (9 + 4 * colour)) * Math.cos(y / (13 - 3 * colour)) + 20 * (random.next() - 0.5);
  });
}

function warn(provider: Provider, what: string): void {
  process.emitWarning(`The provider ${provider} ${what}. The next one is used instead.`);
}
