import type { DataSource } from 'typeorm';

import { countRetries, type Retry } from '../catalog/retries.js';
import { createRun, findRun } from '../catalog/runs.js';
import type { Run } from '../entities/index.js';
import { FAILURE_CODES, WinnowError } from '../errors.js';
import { bad } from './options.js';
import { queueRun } from './queue-run.js';
import { stages } from './stages.js';

/** What a run was asked for, apart from what it takes up again; both stand in its options. */
export function splitRetry({ retry, ...options }: Record<string, unknown>): {
  retry: Retry | null;
  options: Record<string, unknown>;
} {
  return { retry: (retry as Retry | undefined) ?? null, options };
}

/**
 * Asks for a run of the same stage with the same options over what failed in a run, and nothing else: images, and for
 * INGEST the files and the rows of the labels file. What has been done meanwhile is skipped; what fails again is its next attempt.
 * @param codes only failures with one of these; all when left out
 * @throws WinnowError NOT_FOUND when there is no such run or no such failure; CONFLICT while it goes on; BAD_INPUT for a
 *   TRAIN run and for codes that do not exist
 */
export async function retryFailed(
  dataSource: DataSource,
  { runId, codes, requestedBy }: { runId: number; codes?: readonly string[]; requestedBy: string },
): Promise<Run> {
  const run = await findRun(dataSource, runId);
  const { collectionId, stage } = run;
  const known = codes?.map((code) => {
    const found = FAILURE_CODES.find((one) => one === code);
    if (found === undefined)
      throw bad(`codes must be failure codes such as VANISHED, but one is ${code.slice(0, 40)}.`);
    return found;
  });
  if (!stages[stage].retries) throw bad(`A ${stage} run goes through everything at once: start another one instead.`);
  if (run.finishedAt === null) {
    throw new WinnowError('CONFLICT', `Run ${runId} is still ${run.state}. Wait for its end, or cancel it.`);
  }
  const retry: Retry = { run: runId, codes: known ?? null };
  const { images, uris } = await countRetries(dataSource, retry);
  if ((stage === 'INGEST' ? uris : images) === 0) {
    throw new WinnowError(
      'NOT_FOUND',
      `Run ${runId} has no failure to retry${known ? ` with ${known.join(', ')}` : ''}.`,
    );
  }
  const options = { ...splitRetry(run.options).options, retry };
  await stages[stage].verify?.(stages[stage].parse(splitRetry(run.options).options), dataSource);
  return queueRun(dataSource, collectionId, (tx) => createRun(tx, { collectionId, stage, options, requestedBy }));
}
