import type { EntityManager } from 'typeorm';

import { rows } from '../db.js';
import type { ExportMode, Verdict } from '../entities/index.js';
import { exportNames, nameKey } from './export-name.js';

/** A file that is about to be put into an export directory. */
export interface PlannedFile {
  imageId: number;
  /** 64 hex digits */
  sha256: string;
  verdict: Verdict;
  /** The path it is taken from. */
  source: string;
}

/** How an export has it: `<directory>/ok/<name>` or `<directory>/ng/<name>`. */
export interface NamedFile {
  imageId: number;
  name: string;
  mode: ExportMode;
  source: string;
}

/**
 * Writes down what is about to be done, before any file is touched: after a crash the rows without placed_at say which
 * files may stand in either folder. New files get a name that no other file of the export has, whatever its folder and in
 * whatever case; files that were exported before keep their name, mode and source and get the new verdict.
 */
export async function planFiles(
  tx: EntityManager,
  { exportId, mode, files }: { exportId: number; mode: ExportMode; files: readonly PlannedFile[] },
): Promise<NamedFile[]> {
  if (files.length === 0) return [];
  // Names are given out by one worker at a time.
  await rows(tx, 'select id from winnow.exports where id = $1 for no key update', [exportId]);
  const imageIds = files.map(({ imageId }) => imageId);
  const known = await rows<{ imageId: number }>(
    tx,
    `update winnow.export_files f set verdict = p.verdict, placed_at = null
       from unnest($2::integer[], $3::text[]) as p (image_id, verdict)
      where f.export_id = $1 and f.image_id = p.image_id returning f.image_id as "imageId"`,
    [exportId, imageIds, files.map(({ verdict }) => verdict)],
  );
  const placed = new Set(known.map(({ imageId }) => imageId));
  let unnamed = files.filter(({ imageId }) => !placed.has(imageId));
  for (let choice = 0; unnamed.length > 0 && choice < 3; choice += 1) {
    const named = await insertFiles(tx, exportId, mode, unnamed, choice);
    unnamed = unnamed.filter(({ imageId }) => !named.has(imageId));
  }
  if (unnamed.length > 0) throw new Error(`found no free name for image ${unnamed[0].imageId} in export ${exportId}`);
  return rows<NamedFile>(
    tx,
    `select image_id as "imageId", name, mode, source from winnow.export_files
      where export_id = $1 and image_id = any ($2::integer[]) order by image_id`,
    [exportId, imageIds],
  );
}

/** Notes that files stand where their verdict says. */
export async function markPlaced(tx: EntityManager, exportId: number, imageIds: readonly number[]): Promise<void> {
  await rows(
    tx,
    'update winnow.export_files set placed_at = now() where export_id = $1 and image_id = any ($2::integer[])',
    [exportId, imageIds],
  );
}

/** Forgets files that were taken out of the directory again. */
export async function forgetFiles(tx: EntityManager, exportId: number, imageIds: readonly number[]): Promise<void> {
  await rows(tx, 'delete from winnow.export_files where export_id = $1 and image_id = any ($2::integer[])', [
    exportId,
    imageIds,
  ]);
}

/** Inserts those whose name of this choice (0..2) is free; gives their ids. */
async function insertFiles(
  tx: EntityManager,
  exportId: number,
  mode: ExportMode,
  files: readonly PlannedFile[],
  choice: number,
): Promise<Set<number>> {
  const names = files.map(({ source, sha256 }) => exportNames(source, sha256)[choice]);
  const inserted = await rows<{ imageId: number }>(
    tx,
    `insert into winnow.export_files (export_id, image_id, verdict, name, name_key, mode, source)
     select $1::integer, image_id, verdict, name, name_key, $2, source
       from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[]) as f (image_id, verdict, name, name_key, source)
      order by image_id
     on conflict do nothing returning image_id as "imageId"`,
    [
      exportId,
      mode,
      files.map(({ imageId }) => imageId),
      files.map(({ verdict }) => verdict),
      names,
      names.map(nameKey),
      files.map(({ source }) => source),
    ],
  );
  return new Set(inserted.map(({ imageId }) => imageId));
}
