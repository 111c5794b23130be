import { measuredInRun, Superseded, unfinishedChunks } from '../catalog/chunk-claims.js';
import { addChunks, findRun, startRun } from '../catalog/runs.js';
import { rows } from '../db.js';
import type { Run } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import type { JobInHand, Tasks } from '../queue/jobs.js';
import { enqueueFinish, enqueueFirstChunks, takeChunk } from './chunk.js';
import { endingOf, endRun, lockRun } from './ending.js';
import type { RunInHand, Workbench } from './stage.js';
import { splitRetry } from './retry.js';
import { stages } from './stages.js';

/** Errors that are nobody's fault are tried this often. Being killed does not count as an error. */
const TRIES = 5;
const CANCEL_POLL_MS = 500;

/** What the queue calls: the three steps of every run. */
export function runTasks(bench: Workbench): Tasks {
  return {
    'run.plan': ({ runId }, job) => step(bench, runId, job, () => plan(bench, runId)),
    'run.chunk': ({ runId, number }, job) => step(bench, runId, job, (signal) => work(bench, runId, number, signal)),
    'run.finish': ({ runId }, job) => step(bench, runId, job, () => finish(bench, runId)),
  };
}

async function step(
  bench: Workbench,
  runId: number,
  job: JobInHand,
  body: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (job.attempt > job.maxAttempts) {
    const message = `The worker died in each of ${job.maxAttempts} attempts at the same step, most likely for want of memory.`;
    return endRun(bench.dataSource, runId, { state: 'FAILED', error: { code: 'INTERNAL', message } });
  }
  const cancel = watchCancel(bench, runId);
  try {
    await body(AbortSignal.any([job.signal, cancel.signal]));
  } catch (error) {
    const cancelled = cancel.signal.aborted;
    const cause: unknown = cancelled ? cancel.signal.reason : error;
    if (cause instanceof Superseded) return;
    // The worker is stopping, and what was thrown came of that: the queue hands the job out again.
    if (job.signal.aborted && !cancelled) throw error;
    const end = endingOf(cause, job.attempt >= TRIES);
    if (end === null) throw error;
    await endRun(bench.dataSource, runId, end);
  } finally {
    cancel.stop();
  }
}

async function plan(bench: Workbench, runId: number): Promise<void> {
  await bench.dataSource.transaction(async (tx) => {
    const locked = await lockRun(tx, runId);
    if (locked === null || locked.state !== 'QUEUED') return;
    if (locked.cancelRequestedAt !== null) throw new WinnowError('CANCELLED', 'The run was cancelled.');
    const run = await findRun(tx, runId);
    const stage = stages[run.stage];
    const inHand = hand(bench, run);
    await stage.verify?.(inHand.options, tx);
    const { total, chunks } = await stage.plan(inHand, tx);
    await startRun(tx, runId, total);
    await addChunks(tx, runId, chunks);
    if (chunks.length === 0) await enqueueFinish(tx, runId);
    else await enqueueFirstChunks(tx, runId, chunks.length);
  });
}

async function work(bench: Workbench, runId: number, number: number, signal: AbortSignal): Promise<void> {
  const run = await findRun(bench.dataSource, runId);
  const chunk = await takeChunk(bench, run, number, signal);
  if (chunk === null) return;
  signal.throwIfAborted();
  await stages[run.stage].work(hand(bench, run), chunk);
}

async function finish(bench: Workbench, runId: number): Promise<void> {
  const run = await findRun(bench.dataSource, runId);
  if (run.state !== 'RUNNING' || (await unfinishedChunks(bench.dataSource.manager, runId)) > 0) return;
  if (run.cancelRequestedAt !== null) throw new WinnowError('CANCELLED', 'The run was cancelled.');
  const { outcome, write } = await stages[run.stage].finish(hand(bench, run));
  const measured = await measuredInRun(bench.dataSource, runId);
  await endRun(bench.dataSource, runId, {
    state: 'SUCCEEDED',
    outcome: { ...rate(run), ...measured, ...outcome },
    write,
  });
}

function hand(bench: Workbench, run: Run): RunInHand<object> {
  const { id, collectionId, requestedBy } = run;
  const { retry, options } = splitRetry(run.options);
  return { ...bench, id, collectionId, requestedBy, retry, options: stages[run.stage].parse(options) };
}

function rate(run: Run): Record<string, number> {
  const seconds = Math.max(0.001, (Date.now() - (run.startedAt?.getTime() ?? Date.now())) / 1000);
  return { seconds: Number(seconds.toFixed(3)), itemsPerSecond: Number((run.done / seconds).toFixed(1)) };
}

/** Asks now and then whether the run is to stop, for the long steps between two transactions. */
function watchCancel({ dataSource }: Workbench, runId: number): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const look = () => {
    rows<{ cancelled: boolean; over: boolean }>(
      dataSource,
      'select cancel_requested_at is not null as cancelled, finished_at is not null as over from winnow.runs where id = $1',
      [runId],
    ).then(
      ([row]) => {
        if (row === undefined || row.over) controller.abort(new Superseded(`run ${runId} is over`));
        else if (row.cancelled) controller.abort(new WinnowError('CANCELLED', 'The run was cancelled.'));
      },
      () => undefined, // A database that is away for a moment is noticed by the work itself.
    );
  };
  const timer = setInterval(look, CANCEL_POLL_MS);
  timer.unref();
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}
