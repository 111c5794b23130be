import type { EntityManager } from 'typeorm';

import { rows } from '../db.js';

/** A file that stands at another path now. */
export interface MovedFile {
  imageId: number;
  /** Where it stood; it is not there any more. */
  from: string[];
  to: string;
  bytes: number;
  modifiedAt: Date;
}

/**
 * Records that files stand elsewhere now: the sources they had are replaced, the new place is one, for the same
 * collections. Idempotent.
 */
export async function moveSources(tx: EntityManager, moved: readonly MovedFile[]): Promise<void> {
  if (moved.length === 0) return;
  const left = moved.flatMap(({ imageId, from, to }) =>
    from.filter((uri) => uri !== to).map((uri) => ({ imageId, uri, to })),
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
  await rows(
    tx,
    /* sql */ `
      insert into winnow.collection_sources (source_id, collection_id)
      select distinct s.id, k.collection_id
        from unnest($1::integer[], $2::text[], $3::text[]) as l (image_id, uri, target)
        join winnow.sources s on s.image_id = l.image_id and s.uri = l.target and s.replaced_at is null
        join winnow.sources w on w.image_id = l.image_id and w.uri = l.uri
        join winnow.collection_sources k on k.source_id = w.id
       order by 1, 2
      on conflict do nothing`,
    [left.map(({ imageId }) => imageId), left.map(({ uri }) => uri), left.map(({ to }) => to)],
  );
}

/** The next ingest is to read the files of these images again, even if their size and time are as they were. */
export async function distrustSources(tx: EntityManager, imageIds: readonly number[]): Promise<void> {
  if (imageIds.length === 0) return;
  await rows(
    tx,
    'update winnow.sources set modified_at = null where image_id = any ($1::integer[]) and replaced_at is null',
    [imageIds],
  );
}
