import type { Db } from '../db.js';
import { BUILT_IN, builtInBackbone, type BackboneDefinition } from '../ml/backbones.js';
import { bad } from './options.js';

/**
 * The backbone of that name.
 * @throws WinnowError BAD_INPUT when there is none.
 */
export function findBackbone(_db: Db, name: string): Promise<BackboneDefinition> {
  const found = builtInBackbone(name);
  if (found !== undefined) return Promise.resolve(found);
  const names = BUILT_IN.map((definition) => definition.name);
  return Promise.reject(bad(`backbone must be one of ${names.join(', ')}, but is "${name}".`));
}

/** Checks that a run's backbone is there. @throws WinnowError BAD_INPUT when it is not. */
export async function verifyBackbone({ backbone }: { backbone: string }, db: Db): Promise<void> {
  await findBackbone(db, backbone);
}
