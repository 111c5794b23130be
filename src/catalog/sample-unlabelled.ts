import { createHash } from 'node:crypto';

import { rows, type Db } from '../db.js';

/**
 * A random sample of the collection's images that have features and no label: ids, in no meaningful order. Those whose
 * hash comes next after a point that the seed decides: hashes are as good as random, and stand in an index, so that
 * nothing grows with the collection. The same images and labels give the same sample, in any database.
 */
export async function sampleUnlabelled(
  db: Db,
  { collectionId, backboneId, seed, most }: { collectionId: number; backboneId: number; seed: number; most: number },
): Promise<number[]> {
  const point = createHash('sha256').update(`sample ${seed}`).digest();
  const found = await rows<{ imageId: number }>(db, `${PART('>=')} union all ${PART('<')} limit $4`, [
    collectionId,
    backboneId,
    point,
    most,
  ]);
  return found.map(({ imageId }) => imageId);
}

const PART = (side: '>=' | '<') => `
  (select i.id as "imageId" from winnow.images i
    where i.sha256 ${side} $3
      and exists (select from winnow.collection_images c where c.collection_id = $1::integer and c.image_id = i.id)
      and exists (select from winnow.features f where f.backbone_id = $2::smallint and f.image_id = i.id)
      and not exists (select from winnow.labels l
                       where l.collection_id = $1::integer and l.image_id = i.id and l.superseded_at is null)
    order by i.sha256 limit $4)`;
