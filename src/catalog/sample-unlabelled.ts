import { createHash } from 'node:crypto';

import { rows, type Db } from '../db.js';

interface Asked {
  readonly collectionId: number;
  readonly seed: number;
  readonly most: number;
}

/**
 * A random sample of the collection's images that have no label, in no meaningful order. Those whose hash comes next
 * after a point that the seed decides: hashes are as good as random, and stand in an index, so that nothing grows
 * with the collection. The same images and labels give the same sample, in any database.
 */
export async function sampleUnlabelled(
  db: Db,
  { collectionId, seed, most }: Asked,
): Promise<{ imageId: number; sha256: string }[]> {
  const point = createHash('sha256').update(`sample ${seed}`).digest();
  return rows(db, `${part('>=')} union all ${part('<')} limit $3`, [collectionId, point, most]);
}

const part = (side: '>=' | '<') => `
  (select i.id as "imageId", encode(i.sha256, 'hex') as sha256 from winnow.images i
    where i.sha256 ${side} $2
      and exists (select from winnow.collection_images c where c.collection_id = $1::integer and c.image_id = i.id)
      and not exists (select from winnow.labels l
                       where l.collection_id = $1::integer and l.image_id = i.id and l.superseded_at is null)
    order by i.sha256 limit $3)`;
