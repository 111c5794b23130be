import { access, constants } from 'node:fs/promises';

import type { Db } from '../../db.js';
import { Export } from '../../entities/index.js';
import { systemCode, WinnowError } from '../../errors.js';
import { openDirectory } from './directory.js';

/**
 * A directory that can be exported to: made when there is none, else empty or an export of this catalog.
 * @returns its real path
 * @throws WinnowError BAD_INPUT when it cannot be made or written, EXPORT_DIRECTORY_TAKEN when other files are in it
 */
export async function openTarget(db: Db, asked: string): Promise<string> {
  const { real: directory, empty } = await openDirectory(asked);
  if (!empty && (await db.getRepository(Export).findOneBy({ directory })) === null) {
    throw new WinnowError(
      'EXPORT_DIRECTORY_TAKEN',
      `${directory} holds files that are no export of this catalog. Choose an empty directory, or one that does not exist yet.`,
    );
  }
  try {
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new WinnowError('BAD_INPUT', `Nothing can be written into ${directory}: ${systemCode(cause)}.`, { cause });
  }
  return directory;
}
