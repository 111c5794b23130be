import { rows, type Db } from '../db.js';

/** Images of the collection by where they are found now; a uri that is none of its images is not in the map. */
export async function imagesByUri(db: Db, collectionId: number, uris: readonly string[]): Promise<Map<string, number>> {
  const found = await rows<{ uri: string; imageId: number }>(
    db,
    `select s.uri, s.image_id as "imageId"
       from unnest($2::text[]) as u (uri)
       join winnow.sources s on winnow.uri_key(s.uri) = winnow.uri_key(u.uri) and s.replaced_at is null
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
       join winnow.images i on i.sha256 = decode(h.sha256, 'hex')
       join winnow.collection_images c on c.collection_id = $1 and c.image_id = i.id`,
    [collectionId, hashes],
  );
  return new Map(found.map(({ sha256, imageId }) => [sha256, imageId]));
}
