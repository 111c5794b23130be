import { rows, type Db } from '../db.js';
import { retriedSql, retryValues, type Retry } from './retries.js';

/** Images of a collection whose ids lie from `first` to `last`, both included. */
export interface ImageSpan {
  first: number;
  last: number;
  /** Only those of them that failed so. */
  retry?: Retry;
}

/** An image and the uris it can be read from now, the longest known first. */
export interface SpanImage {
  imageId: number;
  /** 64 hex digits */
  sha256: string;
  uris: string[];
  /** Pixels, upright. */
  size?: { width: number; height: number };
}

/**
 * Cuts a collection, or what of it is to be retried, into ranges of image ids with `size` images each (fewer in the last).
 * The ids stay in the database.
 */
export async function imageSpans(
  db: Db,
  collectionId: number,
  size: number,
  retry?: Retry,
): Promise<(ImageSpan & { images: number })[]> {
  const spans = await rows<ImageSpan & { images: number }>(
    db,
    `select min(image_id) as first, max(image_id) as last, count(*)::integer as images
       from (select image_id, (row_number() over (order by image_id) - 1) / $2::integer as span
               from winnow.collection_images c where collection_id = $1 and ${retriedSql('c.image_id', '$3::integer', '$4::text[]')}) numbered
      group by span order by span`,
    [collectionId, size, ...retryValues(retry)],
  );
  return retry === undefined ? spans : spans.map((span) => ({ ...span, retry }));
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
    `not exists (select from winnow.features f where f.backbone_id = $6::smallint and f.image_id = i.id) and ${NOT_FAILED}`,
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
    `not exists (select from winnow.scores s where s.model_id = $6::integer and s.image_id = i.id) and ${NOT_FAILED}`,
    [modelId, runId],
  );
}

const NOT_FAILED = `not exists (select from winnow.failures x where x.image_id = i.id and x.run_id = $7::integer)`;

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
            array(select s.uri from winnow.sources s where s.image_id = i.id and s.replaced_at is null order by s.id) as uris,
            json_build_object('width', i.width, 'height', i.height) as size
       from winnow.collection_images c join winnow.images i on i.id = c.image_id
      where c.collection_id = $1 and c.image_id between $2 and $3
        and ${retriedSql('c.image_id', '$4::integer', '$5::text[]')} and ${condition}
      order by i.id`,
    [collectionId, span.first, span.last, ...retryValues(span.retry), ...values],
  );
}
