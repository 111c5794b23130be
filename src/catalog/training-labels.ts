import { createHash } from 'node:crypto';

import { rows, type Db } from '../db.js';
import type { LabelValue } from '../entities/index.js';

export interface TrainingLabel {
  imageId: number;
  /** 64 hex digits */
  sha256: string;
  value: LabelValue;
  /** Perceptual hash, a signed 64-bit number. */
  phash: bigint;
}

/** Every labelled image of the collection, in order of its hash: the same labels come in the same order in any database. */
export async function trainingLabels(db: Db, collectionId: number): Promise<TrainingLabel[]> {
  const found = await rows<Omit<TrainingLabel, 'phash'> & { phash: string }>(
    db,
    `select i.id as "imageId", encode(i.sha256, 'hex') as sha256, l.value, i.phash
       from winnow.labels l join winnow.images i on i.id = l.image_id
      where l.collection_id = $1 and l.superseded_at is null order by i.sha256`,
    [collectionId],
  );
  return found.map((row) => ({ ...row, phash: BigInt(row.phash) }));
}

/** SHA-256, in hex, over the images' hashes and their labels in the order given. */
export function labelsDigest(labels: Iterable<Pick<TrainingLabel, 'sha256' | 'value'>>): string {
  const hash = createHash('sha256');
  for (const { sha256, value } of labels) hash.update(`${sha256} ${value}\n`);
  return hash.digest('hex');
}
