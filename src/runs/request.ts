import type { DataSource } from 'typeorm';

import { ensureCollection, findCollection } from '../catalog/collections.js';
import { createRun, findRun, nextQueuedRun, requestCancel } from '../catalog/runs.js';
import type { Run, StageName } from '../entities/index.js';
import { enqueuePlan, lockRun } from './ending.js';
import { queueRun } from './queue-run.js';
import { stages } from './stages.js';

export { retryFailed } from './retry.js';

export interface RunRequest {
  /** Name or id of a collection. */
  collection: string | number;
  /** Make the collection when there is none of that name; only once the options are found to be right. */
  makeCollection?: boolean;
  stage: StageName;
  /** Of the stage; what is left out has a default. */
  options: object;
  requestedBy: string;
}

/**
 * Asks for a run. It starts when the collection's runs before it have ended; until then it is QUEUED.
 * @throws WinnowError BAD_INPUT that names the option, NOT_FOUND for the collection.
 */
export async function requestRun(dataSource: DataSource, request: RunRequest): Promise<Run> {
  const stage = stages[request.stage];
  const options = stage.parse(request.options);
  await stage.verify?.(options, dataSource);
  const { id: collectionId } = request.makeCollection
    ? await ensureCollection(dataSource, String(request.collection))
    : await findCollection(dataSource, request.collection);
  const { stage: name, requestedBy } = request;
  return queueRun(dataSource, collectionId, (tx) =>
    createRun(tx, { collectionId, stage: name, options: { ...options }, requestedBy }),
  );
}

/**
 * Asks a run to stop. One that waits is CANCELLED at once, one that works after its present batch; one that has ended
 * stays as it is.
 * @throws WinnowError NOT_FOUND
 */
export async function cancelRun(dataSource: DataSource, runId: number): Promise<Run> {
  await findRun(dataSource, runId);
  return dataSource.transaction(async (tx) => {
    await lockRun(tx, runId);
    const run = await requestCancel(tx, runId);
    const next = await nextQueuedRun(tx, run.collectionId);
    if (next !== null) await enqueuePlan(tx, next.id);
    return run;
  });
}
