import DataLoader from 'dataloader';
import { Any } from 'typeorm';
import type { DataSource, EntityTarget, FindOptionsWhere } from 'typeorm';

import * as batches from '../catalog/batches.js';
import { currentModelsOf } from '../catalog/models.js';
import type { Asked, Pair } from '../catalog/batches.js';
import { failureCountsOf, failureExamplesOf, failureGroupsOf, type ExamplesAsked } from '../catalog/failure-groups.js';
import { labelRecordsOf, modelScoresOf } from '../catalog/image-history.js';
import { validationOf } from '../catalog/validation-points.js';
import { countsOf, type Counts, type CountsAsked } from '../catalog/counts.js';
import { Backbone, Collection, Failure, Image, Model, Run, Threshold } from '../entities/index.js';

export type Loaders = ReturnType<typeof createLoaders>;

/**
 * One loader a relation: the fields of all nodes of a page that need it are answered by one statement.
 * For one request only, since a loader remembers what it has read.
 */
export function createLoaders(dataSource: DataSource) {
  const lists = <Row>(read: (db: DataSource, asked: readonly Asked[]) => Promise<Row[][]>) =>
    new DataLoader<Asked, Row[], string>((asked) => read(dataSource, asked), {
      cacheKeyFn: ({ of, first, from }) => `${of}:${first}:${from ?? ''}`,
    });
  const pairs = <Row>(read: (db: DataSource, pairs: readonly Pair[]) => Promise<Row[]>) =>
    new DataLoader<Pair, Row, string>((asked) => read(dataSource, asked), { cacheKeyFn: (pair) => pair.join(':') });

  return {
    collection: byId(dataSource, Collection),
    image: byId(dataSource, Image),
    model: byId(dataSource, Model),
    modelOfRun: byColumn(dataSource, Model, 'runId'),
    currentModel: new DataLoader((ids: readonly number[]) => currentModelsOf(dataSource, ids)),
    latestModel: new DataLoader((ids: readonly number[]) => batches.latestModelsOf(dataSource, ids)),
    threshold: byId(dataSource, Threshold),
    run: byId(dataSource, Run),
    failure: byId(dataSource, Failure),
    backbone: byId(dataSource, Backbone),
    sources: lists(batches.sourcesOf),
    failures: lists(batches.failuresOf),
    failuresAfter: lists(batches.failuresAfter),
    failuresBefore: lists(batches.failuresBefore),
    failureCount: new DataLoader((ids: readonly number[]) => failureCountsOf(dataSource, ids)),
    failureGroups: new DataLoader((ids: readonly number[]) => failureGroupsOf(dataSource, ids)),
    failureExamples: new DataLoader((asked: readonly ExamplesAsked[]) => failureExamplesOf(dataSource, asked), {
      cacheKeyFn: ({ runId, code, first }) => `${runId}:${code}:${first}`,
    }),
    thresholds: lists(batches.thresholdsOf),
    epochs: lists(batches.epochsOf),
    validation: new DataLoader((ids: readonly number[]) => validationOf(dataSource, ids)),
    labelRecords: lists(labelRecordsOf),
    modelScores: lists(modelScoresOf),
    score: pairs(batches.scoresOf),
    label: pairs(batches.labelsInForce),
    counts: new DataLoader<CountsAsked, Counts | null, string>((asked) => countsOf(dataSource, asked), {
      cacheKeyFn: ({ modelId, threshold }) => `${modelId}:${threshold ?? ''}`,
    }),
  };
}

function byId<Row extends { id: number }>(
  dataSource: DataSource,
  entity: EntityTarget<Row>,
): DataLoader<number, Row | null> {
  return byColumn(dataSource, entity, 'id');
}

function byColumn<Row extends { id: number }>(
  dataSource: DataSource,
  entity: EntityTarget<Row>,
  column: keyof Row,
): DataLoader<number, Row | null> {
  return new DataLoader(async (values) => {
    const where = { [column]: Any([...values]) } as FindOptionsWhere<Row>;
    const found = await dataSource.getRepository(entity).findBy(where);
    const byValue = new Map(found.map((row) => [row[column] as number, row]));
    return values.map((value) => byValue.get(value) ?? null);
  });
}
