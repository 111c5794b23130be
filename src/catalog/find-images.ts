import { rows, type Db } from '../db.js';

// `lateral ... limit 1` looks each of them up by index: as a join it may be planned as a scan of the table.

/** Images of the collection by where they are found now; a uri that is none of its images is not in the map. */
export async function imagesByUri(db: Db, collectionId: number, uris: readonly string[]): Promise<Map<string, number>> {
  const found = await rows<{ uri: string; imageId: number }>(
    db,
    `select s.uri, s.image_id as "imageId"
       from unnest($2::text[]) as u (uri)
      cross join lateral (select uri, image_id from winnow.sources
                           where winnow.uri_key(uri) = winnow.uri_key(u.uri) and replaced_at is null limit 1) s
       join winnow.collection_images c on c.collection_id = $1 and c.image_id = s.image_id`,
    [collectionId, uris],
  );
  return new Map(found.map(({ uri, imageId }) => [uri, imageId]));
}

/** Images of the collection by the SHA-256 of their bytes, 64 lower-case hex digits; others are not in the map. */
export async function imagesBySha(
  db: Db,
  collectionId: number,
  hashes: readonly string[],
): Promise<Map<string, number>> {
  const found = await rows<{ sha256: string; imageId: number }>(
    db,
    `select h.sha256, i.id as "imageId"
       from unnest($2::text[]) as h (sha256)
      cross join lateral (select id from winnow.images where sha256 = decode(h.sha256, 'hex') limit 1) i
       join winnow.collection_images c on c.collection_id = $1 and c.image_id = i.id`,
    [collectionId, hashes],
  );
  return new Map(found.map(({ sha256, imageId }) => [sha256, imageId]));
}
