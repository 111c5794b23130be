import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';

import { recordBackbone, recordSpeed } from '../catalog/backbones.js';
import type { Config } from '../config.js';
import type { Db } from '../db.js';
import { systemCode } from '../errors.js';
import { builtInBackbone, loadBackbone, type BackboneDefinition } from '../ml/backbones.js';
import { CHANNELS, LAYOUTS, POOLINGS, type Pooling, type Preprocessing } from '../ml/backbones/adapt.js';
import { examineNetwork, MOST_NETWORK_BYTES } from '../ml/backbones/add.js';
import { storeNetwork } from '../ml/backbones/stored.js';
import { definitionOf } from './backbones.js';
import { bad, choice, integer, optional, path, readOptions, text, type Check } from './options.js';

export interface BackboneRequest extends Preprocessing {
  readonly name: string;
  /** Path of the .onnx file. */
  readonly onnx: string;
  readonly pooling: Pooling | null;
  readonly licence: string | null;
}

/** What ImageNet's pictures have, and what most networks were trained with. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Long enough that warming up does not show. */
const MEASURE_MS = 1500;

const three: Check<number[]> = (value, name) => {
  if (Array.isArray(value) && value.length === 3 && value.every((item) => Number.isFinite(item)))
    return value as number[];
  throw bad(`${name} must be three numbers, but is ${JSON.stringify(value)}.`);
};

const SHAPE: { readonly [K in keyof BackboneRequest]: Check<BackboneRequest[K]> } = {
  name: (value, name) => {
    if (typeof value === 'string' && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(value)) return value;
    throw bad(
      `${name} must be 1 to 64 of a-z, 0-9, dot, dash and underscore, but is ${JSON.stringify(value ?? 'missing')}.`,
    );
  },
  onnx: path,
  size: integer(16, 1024),
  mean: optional(three, IMAGENET.mean),
  std: (value, name) => {
    const std = optional(three, IMAGENET.std)(value, name);
    if (std.every((item) => item > 0)) return std;
    throw bad(`${name} must be three numbers above 0, but is ${JSON.stringify(std)}.`);
  },
  layout: optional(choice(...LAYOUTS), 'NCHW'),
  channels: optional(choice(...CHANNELS), 'RGB'),
  output: text,
  pooling: optional(choice(...POOLINGS), null),
  licence: optional(text, null),
};

/**
 * Adds a network to the catalog: examines it, runs it on trial pictures, measures its speed here, and keeps a copy by hash
 * under WINNOW_HOME, so that every worker of this catalog can use it.
 * @throws WinnowError BAD_INPUT that says what is wrong with the file or an option, CONFLICT when the name is taken
 */
export async function addBackbone(
  db: Db,
  config: Config,
  input: object,
  who: string,
): Promise<{ definition: BackboneDefinition; imagesPerSecond: number }> {
  const { name, onnx, pooling, licence, ...how } = readOptions<BackboneRequest>(input, SHAPE);
  if (builtInBackbone(name) !== undefined) throw bad(`${name} comes with the program. Choose another name.`);
  const examined = await examineNetwork(await readOnnx(onnx), how, pooling, config);
  const { network, dimensions, squaresPerRun, original } = examined;
  const definition = definitionOf(
    await recordBackbone(db, {
      name,
      file: await storeNetwork(config.home, network),
      bytes: network.length,
      size: how.size,
      dimensions,
      squaresPerRun,
      about: { network: basename(onnx), source: `added by ${who}`, licence },
      made: { ...how, pooling: examined.pooling, original },
      addedBy: who,
    }),
  );
  return { definition, imagesPerSecond: await measureSpeed(db, config, definition) };
}

/** Squares a second that the backbone takes on this machine, all cores its own. Recorded in the catalog. */
export async function measureSpeed(db: Db, config: Config, definition: BackboneDefinition): Promise<number> {
  const loaded = await loadBackbone(definition, config);
  try {
    const batch = definition.squaresPerRun ?? 8;
    const pixels = new Uint8Array(batch * definition.size * definition.size * 3).fill(128);
    await loaded.embed(pixels, batch);
    let squares = 0;
    const begun = performance.now();
    while (performance.now() - begun < MEASURE_MS) {
      await loaded.embed(pixels, batch);
      squares += batch;
    }
    const imagesPerSecond = squares / ((performance.now() - begun) / 1000);
    const { name, precision } = definition;
    await recordSpeed(db, {
      backbone: name,
      precision,
      machine: hostname(),
      provider: loaded.provider,
      imagesPerSecond,
    });
    return imagesPerSecond;
  } finally {
    await loaded.dispose();
  }
}

async function readOnnx(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size <= MOST_NETWORK_BYTES) return await readFile(file);
    throw bad(`${file} has ${size} bytes, but ${MOST_NETWORK_BYTES} is the most.`);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined) throw cause;
    throw bad(`${file} cannot be read: ${code}.`);
  }
}
