import { retryFailed } from '../../runs/retry.js';
import { followRun } from '../execute-run.js';
import type { CommonFlags } from '../flags.js';
import { describeRun, print } from '../output.js';
import { summary } from '../run-summary.js';
import { localUser, withWorker } from '../session.js';

export interface RetryFlags extends CommonFlags {
  code?: string[];
}

/** `winnow runs retry <id>`: takes up again what failed in a run, and nothing else. */
export async function retryRun(runId: number, flags: RetryFlags): Promise<void> {
  const run = await withWorker(async (session) => {
    const request = { runId, codes: flags.code, requestedBy: localUser() };
    return followRun(session, await retryFailed(session.dataSource, request), process.stderr);
  });
  print(flags.json, { run: describeRun(run) }, () => [summary(run)]);
}
