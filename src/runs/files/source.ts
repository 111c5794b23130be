import { stat } from 'node:fs/promises';

import type { NewFailure } from '../../catalog/failures.js';
import type { KnownSource } from '../../catalog/sources.js';
import { WinnowError } from '../../errors.js';
import { fileFailure } from '../../images/file-failure.js';
import { modifiedAt } from '../../images/modified-at.js';
import { hashOf } from './disk.js';

/**
 * The first of an image's sources that still holds its bytes. A file with the size and time it was read with is taken to
 * be unchanged, as ingest does; any other one is hashed.
 * @returns the path, or the failure when there is none
 */
export async function standingSource(
  { imageId, sha256, uris }: { imageId: number; sha256: string; uris: string[] },
  known: ReadonlyMap<string, KnownSource>,
): Promise<string | NewFailure> {
  const tried: string[] = [];
  let changed = false;
  for (const uri of uris) {
    try {
      const stats = await stat(uri);
      const as = known.get(uri);
      if (as?.bytes === stats.size && as.modifiedAt?.getTime() === modifiedAt(stats).getTime()) return uri;
      if ((await hashOf(uri)) === sha256) return uri;
      changed = true;
      tried.push(`${uri}: it holds other bytes now.`);
    } catch (error) {
      const failure = fileFailure(error);
      if (!(failure instanceof WinnowError)) throw error;
      tried.push(`${uri}: ${failure.message}`);
    }
  }
  const message = `There is no file to export. ${tried.join(' ') || 'No source is left.'}`;
  return { imageId, code: changed ? 'CHANGED' : 'NO_SOURCE', message };
}
