import { rows, type Db } from '../db.js';
import {
  Model,
  type Epoch,
  type Failure,
  type Label,
  type Source,
  type Threshold,
  type Verdict,
} from '../entities/index.js';
import { entityRows } from './entity-rows.js';
import { thresholdInForceSql, verdictSql } from './verdict.js';

/**
 * Reads of what belongs to many rows, in one statement however many there are: what stands between a page and one
 * query per row of it. Each answers in the order of the question, with null or an empty list where there is nothing.
 */

/** How many of the rows that belong to `of` are wanted. */
export interface Asked {
  readonly of: number;
  readonly first: number;
  /** Start beyond the row with this id, where the list can; null or left out: at its end. */
  readonly from?: number | null;
}

/** A collection and one of its images, or a model and an image. */
export type Pair = readonly [number, number];

export interface ImageScore {
  readonly score: number | null;
  readonly logit: number | null;
  readonly verdict: Verdict | null;
}

export type SourceRow = Pick<Source, 'uri' | 'bytes' | 'modifiedAt' | 'foundAt'>;
export type FailureRow = Omit<Failure, 'run' | 'image'>;
export type LabelRow = Omit<Label, 'collection' | 'image' | 'supersededAt' | 'supersededBy'>;
export type ThresholdRow = Omit<Threshold, 'model'>;
export type EpochRow = Omit<Epoch, 'run'>;

/** A failure as `FailureRow` has it, of a table or an alias. */
export function failureColumns(of: string): string {
  return /* sql */ `
  select ${of}.id::float8 as id, ${of}.run_id as "runId", ${of}.stage, ${of}.image_id as "imageId", ${of}.uri, ${of}.attempt,
    ${of}.code, ${of}.message, ${of}.created_at as "createdAt"`;
}

const FAILURE_COLUMNS = failureColumns('failures');

/** Current sources of images, the longest known first. */
export function sourcesOf(db: Db, asked: readonly Asked[]): Promise<SourceRow[][]> {
  return listsOf<SourceRow>(
    db,
    asked,
    /* sql */ `
      select uri, bytes::float8 as bytes, modified_at as "modifiedAt", found_at as "foundAt"
      from winnow.sources where image_id = asked.of and replaced_at is null order by id`,
    'sources-of',
  );
}

/** Failures of images at any stage, newest first. */
export function failuresOf(db: Db, asked: readonly Asked[]): Promise<FailureRow[][]> {
  return listsOf<FailureRow>(
    db,
    asked,
    `${FAILURE_COLUMNS} from winnow.failures where image_id = asked.of order by id desc`,
    'failures-of',
  );
}

/** Failures of runs, oldest first, those after the one with the id `from`. */
export function failuresAfter(db: Db, asked: readonly Asked[]): Promise<FailureRow[][]> {
  return listsOf<FailureRow>(
    db,
    asked,
    `${FAILURE_COLUMNS} from winnow.failures where run_id = asked.of and id > coalesce(asked.edge, 0) order by id`,
    'failures-after',
  );
}

/** Failures of runs, oldest first, the last ones before the one with the id `from`. */
export async function failuresBefore(db: Db, asked: readonly Asked[]): Promise<FailureRow[][]> {
  const found = await listsOf<FailureRow>(
    db,
    asked,
    `${FAILURE_COLUMNS} from winnow.failures where run_id = asked.of and (asked.edge is null or id < asked.edge) order by id desc`,
    'failures-before',
  );
  return found.map((list) => list.reverse());
}

/** Threshold history of models, newest first: the first one of a model is in force. */
export function thresholdsOf(db: Db, asked: readonly Asked[]): Promise<ThresholdRow[][]> {
  return listsOf<ThresholdRow>(
    db,
    asked,
    /* sql */ `
      select id, model_id as "modelId", value, note, who, created_at as "createdAt"
      from winnow.thresholds where model_id = asked.of order by id desc`,
    'thresholds-of',
  );
}

/** Epochs of TRAIN runs, in order. */
export function epochsOf(db: Db, asked: readonly Asked[]): Promise<EpochRow[][]> {
  return listsOf<EpochRow>(
    db,
    asked,
    /* sql */ `
      select run_id as "runId", epoch, loss, validation_loss as "validationLoss", validation_auc as "validationAuc",
        validation_accuracy as "validationAccuracy", seconds
      from winnow.epochs where run_id = asked.of order by epoch`,
    'epochs-of',
  );
}

/** The labels in force of (collection, image) pairs. */
export function labelsInForce(db: Db, pairs: readonly Pair[]): Promise<(LabelRow | null)[]> {
  return onePerPair<LabelRow>(
    db,
    pairs,
    /* sql */ `
      select id::float8 as id, collection_id as "collectionId", image_id as "imageId", value, origin, who,
        created_at as "createdAt"
      from winnow.labels where collection_id = asked.a and image_id = asked.b and superseded_at is null`,
    'labels-in-force',
  );
}

/** What models say of images, and what becomes of them at the thresholds in force: (model, image) pairs. */
export async function scoresOf(db: Db, pairs: readonly Pair[]): Promise<ImageScore[]> {
  const verdict = verdictSql({ label: 'l.value', score: 's.score', threshold: thresholdInForceSql('asked.a') });
  const found = await onePerPair<ImageScore>(
    db,
    pairs,
    /* sql */ `
      select s.score, s.logit, ${verdict} as verdict
      from winnow.models m
      left join winnow.scores s on s.model_id = asked.a and s.image_id = asked.b
      left join winnow.labels l on l.collection_id = m.collection_id and l.image_id = asked.b and l.superseded_at is null
      where m.id = asked.a`,
    'scores-of',
  );
  return found.map((row) => row ?? { score: null, logit: null, verdict: null });
}

/** The newest model of each collection. */
export async function latestModelsOf(db: Db, collectionIds: readonly number[]): Promise<(Model | null)[]> {
  const found = await entityRows(
    db,
    Model,
    `select distinct on (collection_id) * from winnow.models where collection_id = any($1::integer[])
      order by collection_id, number desc`,
    [collectionIds],
  );
  const latest = new Map(found.map((model) => [model.collectionId, model]));
  return collectionIds.map((id) => latest.get(id) ?? null);
}

/** One row, or null, for each pair. */
async function onePerPair<Row extends object>(
  db: Db,
  pairs: readonly Pair[],
  select: string,
  name: string,
): Promise<(Row | null)[]> {
  const found = await rows<Row & { at: string }>(
    db,
    /* sql */ `
      select found.*, asked.at
      from unnest($1::integer[], $2::integer[]) with ordinality as asked (a, b, at)
      cross join lateral (${select}) found`,
    [pairs.map(([a]) => a), pairs.map(([, b]) => b)],
    name,
  );
  const answer = new Array<Row | null>(pairs.length).fill(null);
  for (const row of found) answer[Number(row.at) - 1] = row;
  return answer;
}

/**
 * The first rows of a list for each that is asked for. `select` may say `asked.of` and `asked.edge`, and is in order.
 */
export async function listsOf<Row extends object>(
  db: Db,
  asked: readonly Asked[],
  select: string,
  name: string,
): Promise<Row[][]> {
  const found = await rows<Row & { at: string }>(
    db,
    /* sql */ `
      select found.*, asked.at
      from unnest($1::integer[], $2::integer[], $3::bigint[]) with ordinality as asked (of, first, edge, at)
      cross join lateral (select own.*, row_number() over () as nth from (${select} limit asked.first) own) found
      order by asked.at, found.nth`,
    [asked.map(({ of }) => of), asked.map(({ first }) => first), asked.map(({ from }) => from ?? null)],
    name,
  );
  const lists: Row[][] = asked.map(() => []);
  for (const row of found) lists[Number(row.at) - 1].push(row);
  return lists;
}
