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
 * Call it once in a transaction: rows are locked in one order (images by hash, sources by uri, members by id, their
 * sources by id), so that
 * workers that meet the same files wait for each other and never deadlock.
 * @returns the image id of every uri that is an image
 */
export async function recordImages(
  tx: EntityManager,
  collectionId: number,
  files: readonly IngestedFile[],
): Promise<Map<string, number>> {
  const imageIds = await insertImages(tx, files);
  const byUri = new Map<string, NewSource>();
  for (const { uri, facts, refused, bytes, modifiedAt } of files) {
    const imageId = facts === null ? null : imageIds.get(facts.sha256)!;
    const time = modifiedAt?.toISOString() ?? null;
    byUri.set(uri, { uri, imageId, refused: facts === null ? refused : null, bytes, modifiedAt: time });
  }
  const sources = [...byUri.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1));
  await recordSources(tx, sources);
  await addToCollection(tx, collectionId, [...imageIds.values()]);
  const images = new Map<string, number>();
  for (const { uri, imageId } of sources) if (imageId !== null) images.set(uri, imageId);
  await addSources(tx, collectionId, [...images.keys()]);
  return images;
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

/** Notes that a collection has found images at these uris, whoever else has. */
export async function addSources(tx: EntityManager, collectionId: number, uris: readonly string[]): Promise<void> {
  if (uris.length === 0) return;
  await rows(
    tx,
    `insert into winnow.collection_sources (source_id, collection_id)
     select s.id, $1::integer from unnest($2::text[]) as u (uri)
      cross join lateral (select id from winnow.sources
                           where winnow.uri_key(uri) = winnow.uri_key(u.uri) and replaced_at is null and image_id is not null
                           limit 1) s
      order by 1
     on conflict do nothing`,
    [collectionId, uris],
  );
}

/** Ids by hash; inserts the images that are not there. */
async function insertImages(tx: EntityManager, files: readonly IngestedFile[]): Promise<Map<string, number>> {
  const facts = new Map<string, RecordedFacts>();
  for (const file of files) if (file.facts !== null) facts.set(file.facts.sha256, file.facts);
  const ids = await imageIdsOf(tx, [...facts.keys()]);
  const missing = [...facts.values()].filter(({ sha256 }) => !ids.has(sha256));
  if (missing.length === 0) return ids;
  missing.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  // `on conflict` is for what another worker inserts at the same time; it waits for that one to commit.
  const inserted = await rows<ImageId>(
    tx,
    `insert into winnow.images (sha256, bytes, format, width, height, orientation, frames, phash)
     select decode(sha256, 'hex'), bytes, format, width, height, orientation, frames, phash
       from unnest($1::text[], $2::bigint[], $3::text[], $4::integer[], $5::integer[], $6::smallint[], $7::integer[], $8::bigint[])
         as f (sha256, bytes, format, width, height, orientation, frames, phash)
      order by f.sha256
     on conflict (sha256) do nothing returning id, encode(sha256, 'hex') as sha256`,
    [
      missing.map((f) => f.sha256),
      missing.map((f) => f.bytes),
      missing.map((f) => f.format),
      missing.map((f) => f.width),
      missing.map((f) => f.height),
      missing.map((f) => f.orientation),
      missing.map((f) => f.frames),
      missing.map((f) => f.phash.toString()),
    ],
  );
  for (const { id, sha256 } of inserted) ids.set(sha256, id);
  const others = missing.map(({ sha256 }) => sha256).filter((sha256) => !ids.has(sha256));
  return new Map([...ids, ...(await imageIdsOf(tx, others))]);
}

interface ImageId {
  id: number;
  sha256: string;
}

async function imageIdsOf(tx: EntityManager, hashes: readonly string[]): Promise<Map<string, number>> {
  if (hashes.length === 0) return new Map();
  const found = await rows<ImageId>(
    tx,
    `select i.id, h.sha256 from unnest($1::text[]) as h (sha256)
      cross join lateral (select id from winnow.images where sha256 = decode(h.sha256, 'hex') limit 1) i`,
    [hashes],
  );
  return new Map(found.map(({ id, sha256 }) => [sha256, id]));
}

interface NewSource {
  uri: string;
  imageId: number | null;
  refused: FailureCode | null;
  bytes: number;
  modifiedAt: string | null;
}

// Locks the current sources, then changes them, then inserts what is missing. A file that is the same image as before but
// whose time changed keeps its source, with the new time, so that the next ingest passes it over.
async function recordSources(tx: EntityManager, sources: readonly NewSource[]): Promise<void> {
  const current = await lockSources(
    tx,
    sources.map(({ uri }) => uri),
  );
  const missing: NewSource[] = [];
  const replaced: number[] = [];
  const touched: (NewSource & { id: number })[] = [];
  for (const source of sources) {
    const known = current.get(source.uri);
    if (known?.imageId === source.imageId && known.refused === source.refused) {
      const time = known.modifiedAt?.toISOString() ?? null;
      if (known.bytes !== source.bytes || time !== source.modifiedAt) touched.push({ ...source, id: known.id });
    } else {
      if (known !== undefined) replaced.push(known.id);
      missing.push(source);
    }
  }
  if (replaced.length > 0) {
    await rows(tx, 'update winnow.sources set replaced_at = now() where id = any ($1::integer[])', [replaced]);
  }
  if (touched.length > 0) {
    await rows(
      tx,
      `update winnow.sources s set bytes = t.bytes, modified_at = t.modified_at
         from unnest($1::integer[], $2::bigint[], $3::timestamptz[]) as t (id, bytes, modified_at) where s.id = t.id`,
      [touched.map((t) => t.id), touched.map((t) => t.bytes), touched.map((t) => t.modifiedAt)],
    );
  }
  if (missing.length > 0) {
    await rows(
      tx,
      `insert into winnow.sources (uri, image_id, refused, bytes, modified_at)
       select * from unnest($1::text[], $2::integer[], $3::text[], $4::bigint[], $5::timestamptz[])
       on conflict (winnow.uri_key(uri)) where replaced_at is null do nothing`,
      [
        missing.map((m) => m.uri),
        missing.map((m) => m.imageId),
        missing.map((m) => m.refused),
        missing.map((m) => m.bytes),
        missing.map((m) => m.modifiedAt),
      ],
    );
  }
}

interface LockedSource {
  id: number;
  imageId: number | null;
  refused: FailureCode | null;
  bytes: number;
  modifiedAt: Date | null;
}

/** Current sources by uri, locked in the order of the uris. */
async function lockSources(tx: EntityManager, uris: readonly string[]): Promise<Map<string, LockedSource>> {
  const found = await rows<LockedSource & { uri: string }>(
    tx,
    `select u.uri, s.* from unnest($1::text[]) as u (uri)
      cross join lateral (
        select id, image_id as "imageId", refused, bytes::double precision as bytes, modified_at as "modifiedAt"
          from winnow.sources where winnow.uri_key(uri) = winnow.uri_key(u.uri) and replaced_at is null
         limit 1 for no key update) s`,
    [uris],
  );
  return new Map(found.map(({ uri, ...source }) => [uri, source]));
}
