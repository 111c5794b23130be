// Subselects that look up what belongs to one image by its id. Where only the rows of a page are wanted they are better than
// joins, which may be planned as a scan of all images or all labels.

/** SQL of the image's hash, 64 hex digits. */
export function sha256Sql(imageId: string): string {
  return `(select encode(i.sha256, 'hex') from winnow.images i where i.id = ${imageId})`;
}

/** SQL of where the image is found now, the longest known source, whichever collection found it there; null when it is nowhere any more. */
export function uriSql(imageId: string): string {
  return `(select u.uri from winnow.sources u where u.image_id = ${imageId} and u.replaced_at is null order by u.id limit 1)`;
}

/** SQL of whether a collection has found its image at a source. */
export function foundBySql(sourceId: string, collectionId: string): string {
  return `exists (select from winnow.collection_sources k where k.source_id = ${sourceId} and k.collection_id = ${collectionId})`;
}

/** SQL of the image's label in force in the collection of a model; null when it has none. */
export function labelSql(modelId: string, imageId: string): string {
  return labelOfSql(`(select m.collection_id from winnow.models m where m.id = ${modelId})`, imageId);
}

/** SQL of the image's label in force in a collection; null when it has none. */
export function labelOfSql(collectionId: string, imageId: string): string {
  return `(select l.value from winnow.labels l
            where l.collection_id = ${collectionId} and l.image_id = ${imageId} and l.superseded_at is null)`;
}
