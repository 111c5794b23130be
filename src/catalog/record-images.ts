import type { EntityManager } from 'typeorm';

import { rows } from '../db.js';
import type { ImageFormat } from '../entities/index.js';
import type { FailureCode } from '../errors.js';

/** What the catalog keeps of an image's bytes. */
export interface RecordedFacts {
  /** 64 hex digits */
  sha256: string;
  bytes: number;
  format: ImageFormat;
  width: number;
  height: number;
  orientation: number;
  frames: number;
  phash: bigint;
}

export interface IngestedFile {
  /** An absolute path or a URL. */
  uri: string;
  bytes: number;
  modifiedAt: Date | null;
  /** Null when it is no usable image; then `refused` says why. */
  facts: RecordedFacts | null;
  refused: FailureCode | null;
}

/**
 * Records files that were read: their images, where they were found, and that they are in the collection.
 * The same bytes at two uris are one image with two sources. A uri with other bytes than before gets a new source; the
 * old one is kept as replaced, and so is its image. Idempotent.
 *
 * Call it once in a transaction: rows are locked in one order (images by hash, sources by uri, members by id), so that
 * workers that meet the same files wait for each other and never deadlock.
 * @returns the image id of every uri that is an image
 */
export async function recordImages(
  tx: EntityManager,
  collectionId: number,
  files: readonly IngestedFile[],
): Promise<Map<string, number>> {
  const imageIds = await insertImages(tx, files);
  const byUri = new Map(files.map((file) => [file.uri, file]));
  const inOrder = [...byUri.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1));
  const imageIdOf = (file: IngestedFile) => (file.facts === null ? null : imageIds.get(file.facts.sha256)!);
  await recordSources(tx, inOrder, inOrder.map(imageIdOf));
  await addToCollection(tx, collectionId, [...imageIds.values()]);
  const result = new Map<string, number>();
  for (const file of inOrder) {
    const id = imageIdOf(file);
    if (id !== null) result.set(file.uri, id);
  }
  return result;
}

/** Puts images into a collection; those that are in it already stay as they are. */
export async function addToCollection(
  tx: EntityManager,
  collectionId: number,
  imageIds: readonly number[],
): Promise<void> {
  if (imageIds.length === 0) return;
  await rows(
    tx,
    `insert into winnow.collection_images (collection_id, image_id)
     select distinct $1::integer, i.image_id from unnest($2::integer[]) as i (image_id) order by 2
     on conflict do nothing`,
    [collectionId, imageIds],
  );
}

// What is there already is left out before the insert, as `on conflict` alone would use up an id for each;
// `on conflict` is for what another worker inserts at the same time. The last statement then sees both.
async function insertImages(tx: EntityManager, files: readonly IngestedFile[]): Promise<Map<string, number>> {
  const bySha = new Map<string, RecordedFacts>();
  for (const { facts } of files) if (facts !== null) bySha.set(facts.sha256, facts);
  if (bySha.size === 0) return new Map();
  const facts = [...bySha.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const hashes = facts.map((f) => f.sha256);
  await rows(
    tx,
    `insert into winnow.images (sha256, bytes, format, width, height, orientation, frames, phash)
     select * from (
       select decode(sha256, 'hex') as sha256, bytes, format, width, height, orientation, frames, phash
         from unnest($1::text[], $2::bigint[], $3::text[], $4::integer[], $5::integer[], $6::smallint[], $7::integer[], $8::bigint[])
           as f (sha256, bytes, format, width, height, orientation, frames, phash)) f
      where not exists (select from winnow.images i where i.sha256 = f.sha256)
      order by f.sha256
     on conflict (sha256) do nothing`,
    [
      hashes,
      facts.map((f) => f.bytes),
      facts.map((f) => f.format),
      facts.map((f) => f.width),
      facts.map((f) => f.height),
      facts.map((f) => f.orientation),
      facts.map((f) => f.frames),
      facts.map((f) => f.phash.toString()),
    ],
  );
  const found = await rows<{ id: number; sha256: string }>(
    tx,
    `select i.id, h.sha256 from unnest($1::text[]) as h (sha256) join winnow.images i on i.sha256 = decode(h.sha256, 'hex')`,
    [hashes],
  );
  return new Map(found.map((row) => [row.sha256, row.id]));
}

// First lock the current sources, then change them, then insert what is missing. A file whose bytes are the same image as
// before but whose time changed keeps its source, with the new time, so that the next ingest passes it over.
async function recordSources(
  tx: EntityManager,
  files: readonly IngestedFile[],
  imageIds: (number | null)[],
): Promise<void> {
  if (files.length === 0) return;
  const values = [
    files.map((f) => f.uri),
    imageIds,
    files.map((f) => (f.facts === null ? f.refused : null)),
    files.map((f) => f.bytes),
    files.map((f) => f.modifiedAt?.toISOString() ?? null),
  ];
  const found = `unnest($1::text[], $2::integer[], $3::text[], $4::bigint[], $5::timestamptz[])
    with ordinality as f (uri, image_id, refused, bytes, modified_at, position)`;
  const current = `winnow.uri_key(s.uri) = winnow.uri_key(f.uri) and s.replaced_at is null`;
  await rows(
    tx,
    `select s.id from unnest($1::text[]) with ordinality as f (uri, position)
       join winnow.sources s on ${current} order by f.position for no key update of s`,
    [values[0]],
  );
  await rows(
    tx,
    `update winnow.sources s set replaced_at = now() from ${found}
      where ${current} and (s.image_id is distinct from f.image_id or s.refused is distinct from f.refused)`,
    values,
  );
  await rows(
    tx,
    `update winnow.sources s set bytes = f.bytes, modified_at = f.modified_at from ${found}
      where ${current} and (s.bytes <> f.bytes or s.modified_at is distinct from f.modified_at)`,
    values,
  );
  await rows(
    tx,
    `insert into winnow.sources (uri, image_id, refused, bytes, modified_at)
     select f.uri, f.image_id, f.refused, f.bytes, f.modified_at from ${found}
      where not exists (select from winnow.sources s where ${current})
      order by f.position
     on conflict (winnow.uri_key(uri)) where replaced_at is null do nothing`,
    values,
  );
}
