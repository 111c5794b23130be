import type { Db } from '../db.js';
import type { Label, Verdict } from '../entities/index.js';
import { listsOf, type Asked } from './batches.js';
import { thresholdInForceSql, verdictSql } from './verdict.js';

/** A label of an image, in force or superseded. */
export type LabelRecordRow = Omit<Label, 'collection' | 'image'>;

/** What one model says of an image. */
export interface ModelScoreRow {
  modelId: number;
  /** 0..1 */
  score: number;
  logit: number;
  /** At the model's threshold in force. */
  verdict: Verdict;
}

/** All labels that images have or had, in any collection, newest first. */
export function labelRecordsOf(db: Db, asked: readonly Asked[]): Promise<LabelRecordRow[][]> {
  return listsOf<LabelRecordRow>(
    db,
    asked,
    /* sql */ `
      select id::float8 as id, collection_id as "collectionId", image_id as "imageId", value, origin, who,
        created_at as "createdAt", superseded_at as "supersededAt", superseded_by as "supersededBy"
      from winnow.labels where image_id = asked.of order by id desc`,
    'label-records-of',
  );
}

/** The scores of images by every model that has scored them, newest model first: one look into each model's partition. */
export function modelScoresOf(db: Db, asked: readonly Asked[]): Promise<ModelScoreRow[][]> {
  const verdict = verdictSql({ label: 'l.value', score: 's.score', threshold: thresholdInForceSql('m.id') });
  return listsOf<ModelScoreRow>(
    db,
    asked,
    /* sql */ `
      select s.model_id as "modelId", s.score, s.logit, ${verdict} as verdict
      from winnow.scores s
      join winnow.models m on m.id = s.model_id
      left join winnow.labels l
        on l.collection_id = m.collection_id and l.image_id = s.image_id and l.superseded_at is null
      where s.image_id = asked.of order by s.model_id desc`,
    'model-scores-of',
  );
}
