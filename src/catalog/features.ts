import { rows, type Db } from '../db.js';
import { WinnowError } from '../errors.js';
import { copyOut } from './copy-binary.js';
import type { ImageSpan } from './spans.js';

export { imageSpans, imagesInSpan, pendingFeatures, type ImageSpan, type SpanImage } from './spans.js';

/** Features as they are stored: vectors[i], float16, belongs to imageIds[i]. In order of image id. */
export interface StoredFeatures {
  imageIds: Int32Array;
  vectors: Buffer[];
}

/**
 * The row of a backbone with its preprocessing, by fingerprint; makes it when there is none.
 * @throws WinnowError FINGERPRINT_MISMATCH when the fingerprint is known with another size or number of dimensions
 */
export async function ensureBackbone(
  db: Db,
  backbone: { name: string; fingerprint: string; size: number; dimensions: number; spec: Record<string, unknown> },
): Promise<{ id: number }> {
  const { name, fingerprint, size, dimensions, spec } = backbone;
  const find = () =>
    rows<{ id: number; size: number; dimensions: number }>(
      db,
      'select id, size, dimensions from winnow.backbones where fingerprint = $1',
      [fingerprint],
    );
  let [found] = await find();
  if (found === undefined) {
    await rows(
      db,
      `insert into winnow.backbones (name, fingerprint, size, dimensions, spec) values ($1, $2, $3, $4, $5::jsonb)
       on conflict (fingerprint) do nothing`,
      [name, fingerprint, size, dimensions, JSON.stringify(spec)],
    );
    [found] = await find();
  }
  if (found.size !== size || found.dimensions !== dimensions) {
    throw new WinnowError(
      'FINGERPRINT_MISMATCH',
      `The catalog knows this fingerprint of ${name} with ${found.dimensions} numbers at ${found.size} pixels, but it has ${dimensions} at ${size}.`,
    );
  }
  return { id: found.id };
}

/**
 * Stores features; images that have some of this backbone keep them.
 *
 * All vectors travel as one binary value that the statement cuts up: a third faster than COPY into a temporary table at
 * 256 images, four times at 64, and unlike COPY into the table itself it minds what is there already.
 * @param features vectors of equal length
 * @returns how many were new
 */
export async function storeFeatures(
  db: Db,
  backboneId: number,
  features: readonly { imageId: number; vector: Buffer }[],
): Promise<number> {
  if (features.length === 0) return 0;
  const { length } = features[0].vector;
  const odd = features.find(({ vector }) => vector.length !== length);
  if (odd) throw new Error(`image ${odd.imageId} has ${odd.vector.length} bytes of features, the first one ${length}`);
  const stored = await rows(
    db,
    `insert into winnow.features (backbone_id, image_id, vector)
     select $1::smallint, i.image_id, substring($3::bytea from (i.position::integer - 1) * $4::integer + 1 for $4::integer)
       from unnest($2::integer[]) with ordinality as i (image_id, position) order by i.image_id
     on conflict do nothing returning image_id`,
    [backboneId, features.map(({ imageId }) => imageId), Buffer.concat(features.map(({ vector }) => vector)), length],
    'store-features',
  );
  return stored.length;
}

/** Features of these images; images without are left out. */
export function readFeatures(
  db: Db,
  { backboneId, imageIds }: { backboneId: number; imageIds: Iterable<number> },
): Promise<StoredFeatures> {
  const ids = Array.from(imageIds, integer).join(',');
  return readVectors(db, `f.backbone_id = ${integer(backboneId)} and f.image_id = any ('{${ids}}'::integer[])`);
}

/** Features of the collection's images in the span; images without are left out. */
export function readFeaturesInSpan(
  db: Db,
  { collectionId, backboneId, span }: { collectionId: number; backboneId: number; span: ImageSpan },
): Promise<StoredFeatures> {
  return readVectors(
    db,
    `f.backbone_id = ${integer(backboneId)} and f.image_id between ${integer(span.first)} and ${integer(span.last)}
       and exists (select from winnow.collection_images c
                    where c.collection_id = ${integer(collectionId)} and c.image_id = f.image_id)`,
  );
}

async function readVectors(db: Db, condition: string): Promise<StoredFeatures> {
  const found = await copyOut(
    db,
    `select f.image_id, f.vector from winnow.features f where ${condition} order by f.image_id`,
  );
  return {
    imageIds: Int32Array.from(found, ([id]) => id!.readInt32BE()),
    vectors: found.map(([, vector]) => vector!),
  };
}

/** Guards the statements that take no parameters. */
function integer(value: number): number {
  if (!Number.isInteger(value)) throw new TypeError(`expected a whole number, got ${value}`);
  return value;
}
