import { rows, type Db } from '../db.js';

/** Images of a collection whose ids lie from `first` to `last`, both included. */
export interface ImageSpan {
  first: number;
  last: number;
}

/** An image and the uris it can be read from now, the longest known first. */
export interface SpanImage {
  imageId: number;
  /** 64 hex digits */
  sha256: string;
  uris: string[];
}

/** Cuts a collection into ranges of image ids with `size` images each (fewer in the last). The ids stay in the database. */
export async function imageSpans(
  db: Db,
  collectionId: number,
  size: number,
): Promise<(ImageSpan & { images: number })[]> {
  return rows(
    db,
    `select min(image_id) as first, max(image_id) as last, count(*)::integer as images
       from (select image_id, (row_number() over (order by image_id) - 1) / $2::integer as span
               from winnow.collection_images where collection_id = $1) numbered
      group by span order by span`,
    [collectionId, size],
  );
}

/** Every image of the collection in the span, by id. */
export function imagesInSpan(db: Db, collectionId: number, span: ImageSpan): Promise<SpanImage[]> {
  return spanImages(db, collectionId, span, 'true');
}

/** Images in the span that lack features of this backbone and have not failed in this run, by id. */
export function pendingFeatures(
  db: Db,
  {
    collectionId,
    backboneId,
    span,
    runId,
  }: { collectionId: number; backboneId: number; span: ImageSpan; runId: number },
): Promise<SpanImage[]> {
  return spanImages(
    db,
    collectionId,
    span,
    `not exists (select from winnow.features f where f.backbone_id = $4::smallint and f.image_id = i.id) and ${NOT_FAILED}`,
    [backboneId, runId],
  );
}

/** Images in the span that this model has not scored and that have not failed in this run, by id. */
export function imagesWithoutScore(
  db: Db,
  { collectionId, modelId, span, runId }: { collectionId: number; modelId: number; span: ImageSpan; runId: number },
): Promise<SpanImage[]> {
  return spanImages(
    db,
    collectionId,
    span,
    `not exists (select from winnow.scores s where s.model_id = $4::integer and s.image_id = i.id) and ${NOT_FAILED}`,
    [modelId, runId],
  );
}

const NOT_FAILED = `not exists (select from winnow.failures x where x.image_id = i.id and x.run_id = $5::integer)`;

function spanImages(
  db: Db,
  collectionId: number,
  span: ImageSpan,
  condition: string,
  values: number[] = [],
): Promise<SpanImage[]> {
  return rows<SpanImage>(
    db,
    `select i.id as "imageId", encode(i.sha256, 'hex') as sha256,
            array(select s.uri from winnow.sources s where s.image_id = i.id and s.replaced_at is null order by s.id) as uris
       from winnow.collection_images c join winnow.images i on i.id = c.image_id
      where c.collection_id = $1 and c.image_id between $2 and $3 and ${condition}
      order by i.id`,
    [collectionId, span.first, span.last, ...values],
  );
}
