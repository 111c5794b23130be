import { rows, type Db } from '../db.js';
import { Quantisation } from '../entities/index.js';
import type { SpanImage } from './spans.js';

export type QuantisationKey = Pick<Quantisation, 'collectionId' | 'ofId'> | Pick<Quantisation, 'backboneId'>;

export function findQuantisation(db: Db, key: QuantisationKey): Promise<Quantisation | null> {
  return db.getRepository(Quantisation).findOneBy(key);
}

/** Records a quantisation; when another worker was first, that one's counts, and comes back. */
export async function recordQuantisation(db: Db, made: Omit<Quantisation, 'madeAt'>): Promise<Quantisation> {
  const { backboneId, collectionId, ofId, file, bytes, report } = made;
  await rows(
    db,
    `insert into winnow.quantisations (backbone_id, collection_id, of_id, file, bytes, report)
     values ($1::smallint, $2::integer, $3::smallint, $4, $5, $6::jsonb) on conflict do nothing`,
    [backboneId, collectionId, ofId, file, bytes, JSON.stringify(report)],
  );
  return db.getRepository(Quantisation).findOneByOrFail({ collectionId, ofId });
}

/** Images of a collection in the order of their hashes: as good as random, and the same ones every time. */
export function calibrationImages(db: Db, collectionId: number, most: number): Promise<SpanImage[]> {
  return rows<SpanImage>(
    db,
    `select i.id as "imageId", encode(i.sha256, 'hex') as sha256, array_agg(s.uri order by s.id) as uris
       from (select i.id, i.sha256 from winnow.images i join winnow.collection_images c on c.image_id = i.id
              where c.collection_id = $1::integer order by i.sha256 limit $2::integer) i
       join winnow.sources s on s.image_id = i.id and s.replaced_at is null
      group by i.id, i.sha256 order by i.sha256`,
    [collectionId, most],
  );
}
