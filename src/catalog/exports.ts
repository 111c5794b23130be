import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';
import { Export } from '../entities/index.js';
import { WinnowError } from '../errors.js';

export {
  countWithoutVerdict,
  exportedFiles,
  exportWork,
  manifestRows,
  type ExportWork,
  type ManifestRow,
} from './export-rows.js';
export { forgetFiles, markPlaced, planFiles, type PlannedFile } from './export-files.js';

/**
 * The export into a directory; makes its row when there is none.
 * @param directory absolute path, symlinks resolved
 * @throws WinnowError EXPORT_DIRECTORY_TAKEN when another collection has been exported to it
 */
export async function ensureExport(
  tx: EntityManager,
  { collectionId, directory }: { collectionId: number; directory: string },
): Promise<Export> {
  await rows(
    tx,
    `insert into winnow.exports (collection_id, directory)
     select $1::integer, $2::text where not exists (select from winnow.exports where directory = $2)
     on conflict (directory) do nothing`,
    [collectionId, directory],
  );
  const found = await tx.getRepository(Export).findOneByOrFail({ directory });
  if (found.collectionId === collectionId) return found;
  throw new WinnowError(
    'EXPORT_DIRECTORY_TAKEN',
    `${directory} holds an export of another collection (id ${found.collectionId}). Choose an empty directory.`,
  );
}

/**
 * The export into a directory.
 * @throws WinnowError NOT_FOUND
 */
export async function findExport(db: Db, directory: string): Promise<Export> {
  const found = await db.getRepository(Export).findOneBy({ directory });
  if (found === null) throw new WinnowError('NOT_FOUND', `Nothing has been exported to ${directory}.`);
  return found;
}
