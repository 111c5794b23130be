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

/** A file that stands at another path now. */
export interface MovedFile {
  imageId: number;
  /** Where it stood; it is not there any more. */
  from: string[];
  to: string;
  bytes: number;
  modifiedAt: Date;
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

/** Records that files stand elsewhere now: the sources they had are replaced, the new place is one. Idempotent. */
export async function moveSources(tx: EntityManager, moved: readonly MovedFile[]): Promise<void> {
  if (moved.length === 0) return;
  const left = moved.flatMap(({ imageId, from, to }) =>
    from.filter((uri) => uri !== to).map((uri) => ({ imageId, uri })),
  );
  await rows(
    tx,
    /* sql */ `
      update winnow.sources s set replaced_at = now()
      from unnest($1::integer[], $2::text[]) as l (image_id, uri)
      where winnow.uri_key(s.uri) = winnow.uri_key(l.uri) and s.replaced_at is null and s.image_id = l.image_id`,
    [left.map(({ imageId }) => imageId), left.map(({ uri }) => uri)],
  );
  const arrived = [
    moved.map(({ imageId }) => imageId),
    moved.map(({ to }) => to),
    moved.map(({ bytes }) => bytes),
    moved.map(({ modifiedAt }) => modifiedAt.toISOString()),
  ];
  const arrivals =
    'unnest($1::integer[], $2::text[], $3::bigint[], $4::timestamptz[]) as a (image_id, uri, bytes, modified_at)';
  const current = 'winnow.uri_key(s.uri) = winnow.uri_key(a.uri) and s.replaced_at is null';
  await rows(
    tx,
    `update winnow.sources s set replaced_at = now() from ${arrivals} where ${current} and s.image_id is distinct from a.image_id`,
    arrived,
  );
  await rows(
    tx,
    /* sql */ `
      insert into winnow.sources (uri, image_id, bytes, modified_at)
      select a.uri, a.image_id, a.bytes, a.modified_at from ${arrivals}
      where not exists (select from winnow.sources s where ${current}) order by a.uri`,
    arrived,
  );
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
