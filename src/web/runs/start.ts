import { ask } from '../api/client';
import {
  overview,
  runs,
  startClassify,
  startEmbed,
  startExport,
  startIngest,
  startResize,
  startTrain,
} from '../api/documents';
import type { IngestInput, Stage, StartedRunFragment } from '../api/documents';
import type { Collection } from '../state/catalog';
import { refresh } from '../state/query';
import type { Entered } from './fields';

/**
 * Starts a run, or all that it takes from pictures to scores: the runs of a collection wait for each other.
 * @throws ApiError where one is refused; those before it run all the same
 */
export async function start(
  stage: Stage | 'ALL',
  entered: Entered,
  collection: Collection | null,
): Promise<readonly StartedRunFragment[]> {
  try {
    if (stage === 'ALL') return await startAll(entered, collection);
    // What was entered is checked by the API, which names what is wrong with it.
    const input = (stage === 'INGEST' ? entered : { ...entered, collection: collection!.id }) as never;
    return [await startOne(stage, input)];
  } finally {
    await refresh(overview, runs);
  }
}

async function startOne(stage: Stage, input: never): Promise<StartedRunFragment> {
  switch (stage) {
    case 'INGEST':
      return (await ask(startIngest, { input })).run;
    case 'RESIZE':
      return (await ask(startResize, { input })).run;
    case 'EMBED':
      return (await ask(startEmbed, { input })).run;
    case 'TRAIN':
      return (await ask(startTrain, { input })).run;
    case 'CLASSIFY':
      return (await ask(startClassify, { input })).run;
    case 'EXPORT':
      return (await ask(startExport, { input })).run;
  }
}

async function startAll(entered: Entered, known: Collection | null): Promise<StartedRunFragment[]> {
  const same = known?.name === entered.collectionName ? known : null;
  const brings = ['paths', 'positive', 'negative'].some((name) => name in entered);
  const started: StartedRunFragment[] = [];
  if (brings || same === null) started.push((await ask(startIngest, { input: entered as unknown as IngestInput })).run);
  const collection = started[0]?.collection.id ?? same!.id;
  started.push((await ask(startResize, { input: { collection } })).run);
  started.push((await ask(startEmbed, { input: { collection } })).run);
  if (hasLabels(same) || bringsLabels(entered)) {
    const { run: train } = await ask(startTrain, { input: { collection } });
    started.push(train, (await ask(startClassify, { input: { collection, trainRun: train.id } })).run);
  }
  return started;
}

function hasLabels(collection: Collection | null): boolean {
  return collection !== null && collection.labelCounts.positive > 0 && collection.labelCounts.negative > 0;
}

function bringsLabels(entered: Entered): boolean {
  return 'labelsFile' in entered || 'labelsByFolder' in entered || ('positive' in entered && 'negative' in entered);
}
