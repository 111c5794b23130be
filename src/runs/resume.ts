import type { DataSource } from 'typeorm';

import { rows } from '../db.js';
import { enqueueChunk, enqueueFinish } from './chunk.js';
import { enqueuePlan, lockRun } from './ending.js';

/**
 * Gives every run that should be going on a job again, if it has none. Runs and their jobs are written together, so this
 * only matters when the queue's tables were lost: a dump without them was restored, or somebody emptied them.
 */
export async function resumeRuns(dataSource: DataSource): Promise<void> {
  const firsts = await rows<{ id: number }>(
    dataSource,
    'select min(id) as id from winnow.runs where finished_at is null group by collection_id',
  );
  for (const { id } of firsts) {
    await dataSource.transaction(async (tx) => {
      const run = await lockRun(tx, id);
      if (run === null || run.finishedAt !== null) return;
      const [{ jobs }] = await rows<{ jobs: number }>(
        tx,
        /* sql */ `
          select count(*)::int as jobs from graphile_worker.jobs
          where key in ('run.plan:' || $1, 'run.finish:' || $1) or key like 'run.chunk:' || $1 || ':%'`,
        [String(id)],
      );
      if (jobs > 0) return;
      if (run.state === 'QUEUED') return enqueuePlan(tx, id);
      const chunks = await rows<{ number: number }>(
        tx,
        'select number from winnow.run_chunks where run_id = $1 and finished_at is null order by number',
        [id],
      );
      if (chunks.length === 0) return enqueueFinish(tx, id);
      for (const { number } of chunks) await enqueueChunk(tx, id, number);
    });
  }
}
