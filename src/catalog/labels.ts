import type { EntityManager } from 'typeorm';

import { rows } from '../db.js';
import type { LabelOrigin, LabelValue } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { lockCollection } from './collections.js';

export { imagesBySha, imagesByUri } from './find-images.js';
export { labelsDigest, trainingLabels, type TrainingLabel } from './training-labels.js';

export interface NewLabels {
  collectionId: number;
  /** When an image comes twice, the last one counts. */
  labels: readonly { imageId: number; value: LabelValue }[];
  origin: LabelOrigin;
  who: string;
}

export interface LabelsSet {
  /** Labels that are new, or another value than before, or now by hand. */
  set: number;
  /** Images that had this label already. */
  unchanged: number;
  /** Images whose label by hand stands against another one from a folder or an import. */
  kept: number;
}

/**
 * Labels images. The label before is superseded, not removed. A label by hand gives way only to a label by hand; one from
 * a folder or an import gives way to any.
 * @throws WinnowError NOT_FOUND when an image is not in the collection; then nothing is set
 */
export async function setLabels(
  tx: EntityManager,
  { collectionId, labels, origin, who }: NewLabels,
): Promise<LabelsSet> {
  const values = new Map(labels.map(({ imageId, value }) => [imageId, value]));
  const imageIds = [...values.keys()];
  await lockMembers(tx, collectionId, imageIds);
  const [counts] = await rows<LabelsSet>(
    tx,
    `with asked as (
       select a.image_id, a.value, l.id as label_id,
              case when l.id is null then 'SET'
                   when l.value = a.value and (l.origin = 'HAND' or $4 <> 'HAND') then 'UNCHANGED'
                   when l.origin = 'HAND' and $4 <> 'HAND' then 'KEPT'
                   else 'SET' end as what
         from unnest($2::integer[], $3::text[]) as a (image_id, value)
         left join winnow.labels l on l.collection_id = $1 and l.image_id = a.image_id and l.superseded_at is null),
     superseded as (
       update winnow.labels l set superseded_at = now(), superseded_by = $5
         from asked where l.id = asked.label_id and asked.what = 'SET' returning l.image_id)
     select count(*) filter (where what = 'SET')::integer as set,
            count(*) filter (where what = 'UNCHANGED')::integer as unchanged,
            count(*) filter (where what = 'KEPT')::integer as kept
       from asked`,
    [collectionId, imageIds, [...values.values()], origin, who],
  );
  // A statement of its own: within one statement the unique index would still see the superseded row in force.
  await rows(
    tx,
    `insert into winnow.labels (collection_id, image_id, value, origin, who)
     select $1::integer, a.image_id, a.value, $4, $5 from unnest($2::integer[], $3::text[]) as a (image_id, value)
      where not exists (select from winnow.labels l
                         where l.collection_id = $1 and l.image_id = a.image_id and l.superseded_at is null)
      order by a.image_id`,
    [collectionId, imageIds, [...values.values()], origin, who],
  );
  return counts;
}

interface Withdrawal {
  collectionId: number;
  imageIds: readonly number[];
  origins?: readonly LabelOrigin[] | null;
  who: string;
}

/** Takes the labels of images away, those of some origins where these are named; they stay in the history. Gives how many had one. */
export async function withdrawLabels(
  tx: EntityManager,
  { collectionId, imageIds, origins = null, who }: Withdrawal,
): Promise<number> {
  await lockMembers(tx, collectionId, imageIds);
  const withdrawn = await rows(
    tx,
    `update winnow.labels set superseded_at = now(), superseded_by = $3
      where collection_id = $1 and image_id = any ($2::integer[]) and superseded_at is null
        and ($4::text[] is null or origin = any ($4::text[])) returning id`,
    [collectionId, imageIds, who, origins],
  );
  return withdrawn.length;
}

/**
 * Undoes the last change of each image's label: the label that stood before it is given again, or the label is withdrawn
 * when none stood before, or given again when it was withdrawn. A new entry in the history, so undoing twice is redoing.
 * @returns how many images have another label, or none, now
 */
export async function undoLabels(
  tx: EntityManager,
  { collectionId, imageIds, who }: { collectionId: number; imageIds: readonly number[]; who: string },
): Promise<number> {
  await lockMembers(tx, collectionId, imageIds);
  // `last` is what was given last. When it is still in force, the change to undo is its giving, and the label before it
  // stood until that moment or not at all; otherwise the change to undo is its withdrawal.
  const changes = await rows<{ imageId: number; value: LabelValue | null; origin: LabelOrigin | null }>(
    tx,
    `select i.image_id as "imageId", back.value, back.origin
       from unnest($2::integer[]) as i (image_id)
       cross join lateral (select * from winnow.labels l where l.collection_id = $1 and l.image_id = i.image_id
                            order by l.id desc limit 1) last
       left join lateral (select * from winnow.labels l where l.collection_id = $1 and l.image_id = i.image_id
                            and l.id < last.id order by l.id desc limit 1) before on true
       left join lateral (select last.value, last.origin where last.superseded_at is not null
                          union all
                          select before.value, before.origin where last.superseded_at is null
                             and before.superseded_at = last.created_at) back on true
      order by i.image_id`,
    [collectionId, imageIds],
  );
  await withdrawLabels(tx, { collectionId, imageIds: changes.map(({ imageId }) => imageId), who });
  const given = changes.filter(({ value }) => value !== null);
  await rows(
    tx,
    `insert into winnow.labels (collection_id, image_id, value, origin, who)
     select $1::integer, g.image_id, g.value, g.origin, $5
       from unnest($2::integer[], $3::text[], $4::text[]) as g (image_id, value, origin)`,
    [collectionId, given.map((c) => c.imageId), given.map((c) => c.value), given.map((c) => c.origin), who],
  );
  return changes.length;
}

// Whoever changes labels holds their collection, so each sees what the one before did.
async function lockMembers(tx: EntityManager, collectionId: number, imageIds: readonly number[]): Promise<void> {
  await lockCollection(tx, collectionId);
  const strangers = await rows<{ imageId: number }>(
    tx,
    `select asked.image_id as "imageId" from unnest($2::integer[]) as asked (image_id)
      where not exists (select from winnow.collection_images c where c.collection_id = $1 and c.image_id = asked.image_id)`,
    [collectionId, imageIds],
  );
  if (strangers.length === 0) return;
  const some = strangers.slice(0, 5).map(({ imageId }) => imageId);
  throw new WinnowError(
    'NOT_FOUND',
    `${strangers.length} of the images to label are not in the collection, such as ${some.join(', ')}.`,
  );
}
