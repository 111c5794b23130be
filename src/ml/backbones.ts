import { createHash } from 'node:crypto';

import type { EngineName } from '../config.js';
import { WinnowError } from '../errors.js';
import type { BackboneDefinition, Place, Precision } from './backbones/definition.js';
import type { Engine } from './engine.js';
import type { Provider } from './providers.js';

export { BUILT_IN, builtInBackbone, DEFAULT_BACKBONE } from './backbones/built-in.js';
export { PRECISIONS, type BackboneDefinition, type Place, type Precision } from './backbones/definition.js';

export interface BackboneDescription {
  readonly name: string;
  /** Height and width of the squares it sees, in pixels. */
  readonly size: number;
  /** Numbers in a feature vector. */
  readonly dimensions: number;
  readonly precision: Precision;
  /** Hex SHA-256 over everything that decides the features: weights, taps, size, preprocessing, conversion, arithmetic. */
  readonly fingerprint: string;
  /** What a reader wants to know: network, licence, source, and what the fingerprint covers. */
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface Backbone extends BackboneDescription {
  /**
   * @param pixels n squares, each size * size * 3 bytes: RGB 0..255, row by row.
   * @returns n * dimensions numbers. A square's features are the same whichever squares are beside it.
   */
  embed(pixels: Uint8Array, n: number): Promise<Float32Array>;
  /** What computes. */
  readonly provider: Provider | 'tensorflow';
  dispose(): Promise<void>;
}

export interface LoadOptions extends Place {
  /** Processor cores that inference may use. */
  readonly threads: number;
  /** ONNX when left out. */
  readonly engine?: EngineName;
  /** What may compute with ONNX, best first; see providersToTry. `auto` when left out. */
  readonly providers?: readonly Provider[] | 'auto';
}

/**
 * Squares in one run of the network, whatever `embed` is given. One thread made 233 squares/s by 4, 227 by 8, 210 by 16,
 * 195 by 32 and 187 by 64: the feature maps of more squares do not fit the processor's caches. It also bounds memory,
 * and how long the event loop stands still.
 */
const SQUARES_PER_RUN = 8;

/**
 * A backbone's facts, without loading ONNX Runtime.
 *
 * The fingerprint names the arithmetic (FP32, INT8) and not what computes it: one run may be worked on by machines with and
 * without a graphics card, and a catalog may move from one to the other. That is sound because a provider is only used when
 * its features agree with the processor's to within the rounding that storing them costs anyway (best-engine.ts).
 * @throws WinnowError WEIGHTS_MISSING when the weights are not there.
 */
export async function describeBackbone(definition: BackboneDefinition, place: Place): Promise<BackboneDescription> {
  const { name, size, dimensions, precision, about } = definition;
  const made = { ...definition.made, arithmetic: precision };
  const weights = await definition.weights(place);
  const fingerprint = sha256(weights, JSON.stringify(made));
  return Object.freeze({
    name,
    size,
    dimensions,
    precision,
    fingerprint,
    spec: Object.freeze({ ...about, ...made, weights }),
  });
}

/**
 * Loads a backbone.
 * @throws WinnowError WEIGHTS_MISSING when the weights are not there; BAD_INPUT when the engine cannot run it.
 */
export async function loadBackbone(definition: BackboneDefinition, options: LoadOptions): Promise<Backbone> {
  const description = await describeBackbone(definition, options);
  const { size, dimensions, fingerprint } = description;
  const { engine, provider } =
    options.engine === 'TENSORFLOW'
      ? await openInTensorflow(definition, options)
      : await openInOnnxRuntime(await definition.network(options, fingerprint), definition, options);
  const squareBytes = size * size * 3;
  const squaresPerRun = engine.divides ? Infinity : (definition.squaresPerRun ?? SQUARES_PER_RUN);
  return {
    ...description,
    provider,
    async embed(pixels, n) {
      if (pixels.length !== n * squareBytes) {
        throw new WinnowError(
          'INTERNAL',
          `${n} squares must have ${n * squareBytes} bytes, but have ${pixels.length}.`,
        );
      }
      const features = new Float32Array(n * dimensions);
      for (let first = 0; first < n; first += squaresPerRun) {
        const last = Math.min(n, first + squaresPerRun);
        const squares = pixels.subarray(first * squareBytes, last * squareBytes);
        const into = features.subarray(first * dimensions, last * dimensions);
        await engine.run(squares, [last - first, size, size, 3], into, [last - first, dimensions]);
      }
      return features;
    },
    dispose: () => engine.dispose(),
  };
}

interface OpenNetwork {
  readonly engine: Engine;
  readonly provider: Backbone['provider'];
}

async function openInOnnxRuntime(
  network: Uint8Array,
  { size, dimensions, precision }: BackboneDefinition,
  options: LoadOptions,
): Promise<OpenNetwork> {
  const { openBestEngine } = await import('./best-engine.js');
  const shape = { size, dimensions };
  if (precision === 'FP32') {
    return openBestEngine(network, { ...options, providers: options.providers ?? 'auto', ...shape });
  }
  const { forTiles, multipliesTiles } = await import('./quantise/tiles.js');
  const written = multipliesTiles() ? forTiles(network) : network;
  return openBestEngine(written, { ...options, providers: ['cpu'], ...shape });
}

async function openInTensorflow(definition: BackboneDefinition, place: Place): Promise<OpenNetwork> {
  const { name, precision, inTensorflow } = definition;
  if (precision === 'FP32' && inTensorflow) return { engine: await inTensorflow(place), provider: 'tensorflow' };
  throw new WinnowError(
    'BAD_INPUT',
    `TensorFlow.js cannot run ${name} in ${precision}, which is made for ONNX Runtime. Use the engine ONNX.`,
  );
}

function sha256(...parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
