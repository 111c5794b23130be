import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { WinnowError } from '../errors.js';
import { cached } from './convert/cached.js';
import { CONVERTER_VERSION, convertToOnnx } from './convert/convert.js';
import { readGraphModel } from './convert/graph-model.js';

export interface BackboneDescription {
  readonly name: string;
  /** Height and width of the squares it sees, in pixels. */
  readonly size: number;
  /** Numbers in a feature vector. */
  readonly dimensions: number;
  /** Hex SHA-256 over everything that decides the features: weights, taps, size, conversion, engine. */
  readonly fingerprint: string;
  /** What a reader wants to know: network, taps, licence, source, input range. */
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface Backbone extends BackboneDescription {
  /**
   * @param pixels n squares, each size * size * 3 bytes: RGB 0..255, row by row.
   * @returns n * dimensions numbers. A square's features are the same whichever squares are beside it.
   */
  embed(pixels: Uint8Array, n: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export interface LoadOptions {
  /** Converted networks are kept in its folder `backbones`. */
  readonly cacheDirectory: string;
  /** Processor cores that inference may use. */
  readonly threads: number;
}

interface Definition {
  readonly size: number;
  readonly dimensions: number;
  readonly taps: readonly string[];
  /** An npm package, and the path of its model without `.json` and `.bin`, seen from its main file. */
  readonly weights: { readonly package: string; readonly path: string };
  readonly about: Readonly<Record<string, unknown>>;
}

const DEFINITIONS: Readonly<Record<string, Definition>> = {
  'mobilenet-v3': {
    size: 224,
    dimensions: 88 + 528 + 120 + 480,
    taps: [
      'tower_0/MobilenetV3/expanded_conv_11/add',
      'tower_0/MobilenetV3/expanded_conv_12/depthwise/hard_swish/mul_1',
      'tower_0/MobilenetV3/expanded_conv_14/add',
      'tower_0/extern1/hard_swish/mul_1',
    ],
    weights: { package: '@vladmandic/human', path: '../models/centernet' },
    about: {
      network: 'MobileNetV3-Large trunk of a CenterNet detector (ImageNet, then COCO)',
      source: 'npm package @vladmandic/human, models/centernet',
      licence: 'MIT',
      input: 'RGB 0..255',
    },
  },
};

/**
 * Squares in one run of the network, whatever `embed` is given. One thread made 233 squares/s by 4, 227 by 8, 210 by 16,
 * 195 by 32 and 187 by 64: the feature maps of more squares do not fit the processor's caches. It also bounds memory,
 * and how long the event loop stands still.
 */
const SQUARES_PER_RUN = 8;

export const BACKBONES: readonly string[] = Object.keys(DEFINITIONS);

const described = new Map<string, BackboneDescription>();

/**
 * A backbone's facts, without loading ONNX Runtime. Reads the weights once in a process, for the fingerprint.
 * @throws WinnowError BAD_INPUT for an unknown name, WEIGHTS_MISSING when the weights are not installed.
 */
export function describeBackbone(name: string): BackboneDescription {
  const known = described.get(name);
  if (known !== undefined) return known;
  const { size, dimensions, taps, about } = definition(name);
  const { json, weights } = readWeights(name);
  const made = { taps, size, conversion: CONVERTER_VERSION, engine: 'onnxruntime cpu float32' };
  const weightsHash = sha256(json, weights);
  const fingerprint = sha256(weightsHash, JSON.stringify(made));
  const spec = { ...about, ...made, weights: weightsHash };
  const description = Object.freeze({ name, size, dimensions, fingerprint, spec: Object.freeze(spec) });
  described.set(name, description);
  return description;
}

/**
 * Loads a backbone. Its network is converted to ONNX at first use and kept; a copy that is damaged is made again.
 * @throws WinnowError BAD_INPUT for an unknown name, WEIGHTS_MISSING when the weights are not installed.
 */
export async function loadBackbone(name: string, { cacheDirectory, threads }: LoadOptions): Promise<Backbone> {
  const description = describeBackbone(name);
  const { size, dimensions, fingerprint } = description;
  const path = join(cacheDirectory, 'backbones', `${fingerprint}.onnx`);
  const model = await cached(path, () => convert(name));
  const { openEngine } = await import('./engine.js');
  const engine = await openEngine(model, { threads });
  const squareBytes = size * size * 3;
  return {
    ...description,
    async embed(pixels, n) {
      if (pixels.length !== n * squareBytes) {
        throw new WinnowError(
          'INTERNAL',
          `${n} squares must have ${n * squareBytes} bytes, but have ${pixels.length}.`,
        );
      }
      const features = new Float32Array(n * dimensions);
      for (let first = 0; first < n; first += SQUARES_PER_RUN) {
        const last = Math.min(n, first + SQUARES_PER_RUN);
        const squares = pixels.subarray(first * squareBytes, last * squareBytes);
        const into = features.subarray(first * dimensions, last * dimensions);
        await engine.run(squares, [last - first, size, size, 3], into, [last - first, dimensions]);
      }
      return features;
    },
    dispose: () => engine.dispose(),
  };
}

function definition(name: string): Definition {
  if (!Object.hasOwn(DEFINITIONS, name)) {
    throw new WinnowError('BAD_INPUT', `backbone must be one of ${BACKBONES.join(', ')}, but is "${name}".`);
  }
  return DEFINITIONS[name];
}

function readWeights(name: string): { json: Buffer; weights: Buffer } {
  const source = definition(name).weights;
  try {
    const path = join(createRequire(import.meta.url).resolve(source.package), '..', source.path);
    return { json: readFileSync(`${path}.json`), weights: readFileSync(`${path}.bin`) };
  } catch (cause) {
    const message = `The weights of ${name} come in the npm package ${source.package}, which cannot be read. Run npm install.`;
    throw new WinnowError('WEIGHTS_MISSING', message, { cause });
  }
}

function convert(name: string): Uint8Array {
  const { taps, size } = definition(name);
  const { json, weights } = readWeights(name);
  return convertToOnnx(readGraphModel(json, weights), { taps, size });
}

function sha256(...parts: (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
