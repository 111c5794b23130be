import type { EntityManager } from 'typeorm';

import { rows, type Db } from '../db.js';
import { lockCollectionOf } from './collections.js';
import { countBins, TALLY_COLUMNS, tallySql, type Tally } from './score-bins.js';

/** A count that is kept and is not what counting says. */
export interface WrongCount {
  /** `collection`, `bin 1234`, or `bins 1200 to 1299`. */
  what: string;
  kept: Tally;
  counted: Tally;
}

/** Whether the kept counts of a collection are those of its images and of its labels in force: empty when they are. */
export async function wrongCollectionCounts(db: Db, collectionId: number): Promise<WrongCount[]> {
  return wrong(db, COLLECTION, collectionId);
}

/** The histogram of a model held against its scores and the labels, bin by bin: empty when all is well. Reads every score. */
export async function wrongCounts(db: Db, modelId: number): Promise<WrongCount[]> {
  return wrong(db, BINS, modelId);
}

/** Counts the histogram of a model anew, while nobody may write scores or labels of its collection. */
export async function recount(tx: EntityManager, modelId: number): Promise<void> {
  await lockCollectionOf(tx, modelId);
  await countBins(tx, `(select image_id, score from winnow.scores where model_id = ${modelId})`, modelId);
}

async function wrong(db: Db, sql: string, id: number): Promise<WrongCount[]> {
  const found = await rows<{ what: string; kept: number[]; counted: number[] }>(db, sql, [id]);
  const tally = ([images, positives, negatives]: number[]): Tally => ({ images, positives, negatives });
  return found.map(({ what, kept, counted }) => ({ what, kept: tally(kept), counted: tally(counted) }));
}

const asArray = (of: string) =>
  `array[coalesce(${of}.images, 0), coalesce(${of}.positives, 0), coalesce(${of}.negatives, 0)]::integer[]`;

// One statement each, so that what is compared is of the same moment.
const COLLECTION = `
  select 'collection' as what, ${asArray('c')} as kept, ${asArray('n')} as counted
    from winnow.collections c
   cross join lateral (
         select (select count(*) from winnow.collection_images i where i.collection_id = c.id) as images,
                count(*) filter (where l.value = 'POSITIVE') as positives, count(*) filter (where l.value = 'NEGATIVE') as negatives
           from winnow.labels l where l.collection_id = c.id and l.superseded_at is null) n
   where c.id = $1 and ${asArray('c')} <> ${asArray('n')}`;

const BINS = `
  with counted as materialized (
    select bin, ${TALLY_COLUMNS}
      from (${tallySql('$1::integer', '(select image_id, score from winnow.scores where model_id = $1)')}) as t (model_id, bin, ${TALLY_COLUMNS}))
  select what, kept, counted
    from (select bin as at, 1 as wide, 'bin ' || bin as what, ${asArray('b')} as kept, ${asArray('c')} as counted
            from (select bin, ${TALLY_COLUMNS} from winnow.score_bins where model_id = $1) b full join counted c using (bin)
          union all
          select hundred * 100, 100, format('bins %s to %s', hundred * 100, hundred * 100 + 99), ${asArray('t')}, ${asArray('c')}
            from (select hundred, ${TALLY_COLUMNS} from winnow.score_totals where model_id = $1) t
            full join (select bin / 100 as hundred, sum(images) as images, sum(positives) as positives, sum(negatives) as negatives
                         from counted group by 1) c using (hundred)) checked
   where kept <> counted order by wide, at`;
