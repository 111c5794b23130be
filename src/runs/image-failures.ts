import type { EntityManager } from 'typeorm';

import { recordFailures, type NewFailure } from '../catalog/failures.js';
import { distrustSources } from '../catalog/source-changes.js';
import type { StageName } from '../entities/index.js';

/** Records failures of images. Where a file turned out to hold other bytes, the next ingest will read it again. */
export async function recordImageFailures(
  tx: EntityManager,
  runId: number,
  stage: StageName,
  failures: readonly NewFailure[],
): Promise<void> {
  await recordFailures(tx, { runId, stage, failures });
  const changed = failures.flatMap(({ code, imageId }) =>
    code === 'CHANGED' && imageId !== undefined ? [imageId] : [],
  );
  await distrustSources(tx, changed);
}
