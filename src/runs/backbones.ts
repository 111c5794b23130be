import {
  findAddedBackbone,
  listAddedBackbones,
  speedsByBackbone,
  type AvailableBackbone,
} from '../catalog/backbones.js';
import type { Config } from '../config.js';
import type { Db } from '../db.js';
import type { AddedBackbone } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { BUILT_IN, builtInBackbone, type BackboneDefinition } from '../ml/backbones.js';
import { storedBackbone } from '../ml/backbones/stored.js';
import { bad } from './options.js';

/**
 * The backbone of that name: one that comes with the program, or one that was added to the catalog.
 * @throws WinnowError BAD_INPUT when there is none.
 */
export async function findBackbone(db: Db, name: string): Promise<BackboneDefinition> {
  const builtIn = builtInBackbone(name);
  if (builtIn !== undefined) return builtIn;
  const added = await findAddedBackbone(db, name);
  if (added !== null) return definitionOf(added);
  const names = [...BUILT_IN, ...(await listAddedBackbones(db))].map((backbone) => backbone.name);
  throw bad(`backbone must be one of ${names.join(', ')}, but is "${name}".`);
}

/** Checks that a run's backbone is there. @throws WinnowError BAD_INPUT when it is not. */
export async function verifyBackbone({ backbone }: { backbone: string }, db: Db): Promise<void> {
  await findBackbone(db, backbone);
}

/** All backbones that runs may name: those that come with the program, then those added, by name. */
export async function listBackbones(db: Db, config: Config): Promise<AvailableBackbone[]> {
  const added = await listAddedBackbones(db);
  const speeds = await speedsByBackbone(db);
  const available = async (definition: BackboneDefinition, row: AddedBackbone | null): Promise<AvailableBackbone> => {
    const { name, size, dimensions, about } = definition;
    const { network, source, licence } = about;
    const { bytes, missing } = await lookAt(definition, config);
    const by = row && { by: row.addedBy, at: row.addedAt };
    return {
      name,
      network,
      source,
      licence,
      size,
      dimensions,
      bytes,
      added: by,
      missing,
      speeds: speeds.get(name) ?? [],
    };
  };
  return Promise.all([
    ...BUILT_IN.map((definition) => available(definition, null)),
    ...added.map((row) => available(definitionOf(row), row)),
  ]);
}

export function definitionOf({ name, file, size, dimensions, squaresPerRun, about, made }: AddedBackbone) {
  return storedBackbone({ name, file, size, dimensions, precision: 'FP32', squaresPerRun, about, made });
}

/** The size of the weights, or what has to be done to have them. Fetches nothing. */
async function lookAt(
  definition: BackboneDefinition,
  config: Config,
): Promise<Pick<AvailableBackbone, 'bytes' | 'missing'>> {
  try {
    return { bytes: await definition.bytes(config), missing: null };
  } catch (error) {
    if (error instanceof WinnowError && error.code === 'WEIGHTS_MISSING')
      return { bytes: null, missing: error.message };
    throw error;
  }
}
