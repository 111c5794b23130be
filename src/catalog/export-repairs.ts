import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';
import type { ExportMode, Verdict } from '../entities/index.js';
import { exportNames, nameKey } from './export-name.js';
import type { ImageSpan } from './spans.js';

export interface PlacedFile {
  imageId: number;
  verdict: Verdict;
  name: string;
}

/** How the files of an export were placed; null while there are none. */
export async function modeOfExport(db: Db, exportId: number): Promise<ExportMode | null> {
  const [file] = await rows<{ mode: ExportMode }>(
    db,
    'select mode from winnow.export_files where export_id = $1 limit 1',
    [exportId],
  );
  return file?.mode ?? null;
}

/** Files that should be standing in the export, of the images in the span. */
export function placedFiles(db: Db, exportId: number, span: ImageSpan): Promise<PlacedFile[]> {
  return rows<PlacedFile>(
    db,
    /* sql */ `
      select image_id as "imageId", verdict, name from winnow.export_files
      where export_id = $1 and image_id between $2 and $3 and placed_at is not null order by image_id`,
    [exportId, span.first, span.last],
  );
}

/** Files that turned out not to stand where they should are to be placed again. */
export async function reopenFiles(db: Db, exportId: number, imageIds: readonly number[]): Promise<void> {
  await rows(
    db,
    'update winnow.export_files set placed_at = null where export_id = $1 and image_id = any ($2::integer[])',
    [exportId, imageIds],
  );
}

/**
 * Gives a file that is not placed yet another name, because a file that is not ours has its own.
 * @param choice 1 or 2: which of `exportNames`
 */
export async function renameFile(
  tx: EntityManager,
  exportId: number,
  file: { imageId: number; source: string; sha256: string },
  choice: number,
): Promise<string> {
  const name = exportNames(file.source, file.sha256)[choice];
  await rows(
    tx,
    /* sql */ `
      update winnow.export_files set name = $3, name_key = $4
      where export_id = $1 and image_id = $2
        and not exists (select from winnow.export_files where export_id = $1 and name_key = $4 and image_id <> $2)`,
    [exportId, file.imageId, name, nameKey(name)],
  );
  return name;
}

/** Images that have failed in a run already. */
export async function failedImages(db: Db, runId: number): Promise<Set<number>> {
  const found = await rows<{ imageId: number }>(
    db,
    'select image_id as "imageId" from winnow.failures where run_id = $1 and image_id is not null',
    [runId],
  );
  return new Set(found.map(({ imageId }) => imageId));
}
