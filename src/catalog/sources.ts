import { rows, type Db } from '../db.js';
import type { FailureCode } from '../errors.js';

export interface KnownSource {
  imageId: number | null;
  refused: FailureCode | null;
  bytes: number;
  modifiedAt: Date | null;
  /** When these bytes were first read at this uri: tells what a run has done itself from what was known before it. */
  foundAt: Date;
}

/** What is known of each uri that has been read before: its current source. A uri never read is not in the map. */
export async function knownSources(db: Db, uris: readonly string[]): Promise<Map<string, KnownSource>> {
  const found = await rows<{
    uri: string;
    imageId: number | null;
    refused: FailureCode | null;
    bytes: string;
    modifiedAt: Date | null;
    foundAt: Date;
  }>(
    db,
    `select s.uri, s.image_id as "imageId", s.refused, s.bytes, s.modified_at as "modifiedAt", s.found_at as "foundAt"
       from unnest($1::text[]) as u (uri)
       cross join lateral (select * from winnow.sources
                           where winnow.uri_key(uri) = winnow.uri_key(u.uri) and replaced_at is null limit 1) s`,
    [uris],
  );
  return new Map(found.map(({ uri, bytes, ...rest }) => [uri, { ...rest, bytes: Number(bytes) }]));
}
