import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { WinnowError } from '../../errors.js';
import { cached } from '../convert/cached.js';
import { CONVERTER_VERSION, convertToOnnx } from '../convert/convert.js';
import { readGraphModel, type GraphFiles } from '../convert/graph-model.js';
import type { About, BackboneDefinition } from './definition.js';
import { convertedPath } from './files.js';

export interface GraphModelOptions {
  readonly name: string;
  readonly size: number;
  readonly dimensions: number;
  /** Operations whose outputs, each averaged over space and joined in this order, are the features. */
  readonly taps: readonly string[];
  /** The operation that pictures are given to. */
  readonly input: string;
  /** An npm package, and the path of its model without `.json` and `.bin`, seen from its main file. */
  readonly weights: { readonly package: string; readonly path: string };
  readonly about: About & { readonly input: string };
}

/** A backbone cut out of a TensorFlow.js graph model of an npm package, converted to ONNX at first use and kept. */
export function graphModelBackbone(options: GraphModelOptions): BackboneDefinition {
  const { name, size, dimensions, taps, about } = options;
  let known: { hash: string; bytes: number } | undefined;
  const look = () => {
    if (known !== undefined) return known;
    const { json, weights } = readFiles(options);
    const hash = createHash('sha256').update(json).update(weights).digest('hex');
    return (known = { hash, bytes: json.length + weights.length });
  };
  return Object.freeze({
    name,
    size,
    dimensions,
    precision: 'FP32' as const,
    about,
    made: { taps, size, conversion: CONVERTER_VERSION },
    weights: () => Promise.resolve(look().hash),
    bytes: () => Promise.resolve(look().bytes),
    network: ({ home }, fingerprint) =>
      cached(convertedPath(home, fingerprint), () => {
        const { json, weights } = readFiles(options);
        return convertToOnnx(readGraphModel(json, weights), { taps, size });
      }),
    inTensorflow: async () => {
      const { openGraphEngine } = await import('../tensorflow-engine.js');
      return openGraphEngine(readFiles(options), options);
    },
  } satisfies BackboneDefinition);
}

function readFiles({ name, weights: source }: GraphModelOptions): GraphFiles {
  try {
    const path = join(createRequire(import.meta.url).resolve(source.package), '..', source.path);
    return { json: readFileSync(`${path}.json`), weights: readFileSync(`${path}.bin`) };
  } catch (cause) {
    const message = `The weights of ${name} come in the npm package ${source.package}, which cannot be read. Run npm install.`;
    throw new WinnowError('WEIGHTS_MISSING', message, { cause });
  }
}
