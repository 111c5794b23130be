import type { DataSource, EntityManager } from 'typeorm';

import { lockCollection, nextQueuedRun } from '../catalog/runs.js';
import type { Run } from '../entities/index.js';
import { enqueuePlan } from './ending.js';

/** Makes a run and, when none of its collection goes before it, its first job, in one transaction. */
export function queueRun(
  dataSource: DataSource,
  collectionId: number,
  make: (tx: EntityManager) => Promise<Run>,
): Promise<Run> {
  return dataSource.transaction(async (tx) => {
    await lockCollection(tx, collectionId);
    const run = await make(tx);
    const next = await nextQueuedRun(tx, collectionId);
    if (next?.id === run.id) await enqueuePlan(tx, run.id);
    return run;
  });
}
