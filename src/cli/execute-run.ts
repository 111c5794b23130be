import { setTimeout as sleep } from 'node:timers/promises';

import { ensureCollection, findCollection } from '../catalog/collections.js';
import { failureCodes, isOfLabel, listLabelFailures } from '../catalog/failures.js';
import { findRun, runBefore } from '../catalog/runs.js';
import { patiently } from '../db.js';
import type { Run } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { cancelRun, requestRun } from '../runs/request.js';
import { collectionFlag } from './collection.js';
import { formatCount, say } from './format.js';
import type { Sink } from './format.js';
import { positionOf, skippedText } from './position.js';
import { startProgress } from './progress.js';
import type { Progress } from './progress.js';
import { localUser } from './session.js';
import type { Session } from './session.js';

const LOOK_MS = 100; // how often the run's row is read
const PATIENCE_MS = 30_000; // with a database that is away; a restart takes seconds
const LABELS_SHOWN = 3; // of those that could not be used

export interface RunRequest {
  collection: string;
  stage: Run['stage'];
  options: Record<string, unknown>;
}

/**
 * Requests a run and follows it to its end.
 * @throws WinnowError as `followRun` does
 */
export async function executeRun(session: Session, request: RunRequest, sink: Sink): Promise<Run> {
  if (session.interrupted.aborted) throw new WinnowError('CANCELLED', `Stopped before ${request.stage} was requested.`);
  if (request.stage === 'INGEST') await ensureCollection(session.dataSource, request.collection);
  return followRun(session, await requestRun(session.dataSource, { ...request, requestedBy: localUser() }), sink);
}

/**
 * Watches a run's row until it has ended, with progress on the sink; those that go before it in its collection likewise. On
 * Ctrl-C it asks for the run to be cancelled and waits for that.
 * @throws WinnowError with the run's own code when it failed, CANCELLED when it was cancelled.
 */
export async function followRun(session: Session, asked: Run, sink: Sink): Promise<Run> {
  await followEarlier(session, asked, sink);
  const { id, stage } = asked;
  const progress = startProgress(stage.toLowerCase(), sink);
  const run = await watch(session, id, progress);
  progress.end(positionOf(run), remarkOf(run));
  await noteFailures(session, run, sink);
  await noteLeftOut(session, run, sink);
  if (run.state === 'SUCCEEDED') return run;
  if (run.state === 'CANCELLED') {
    throw new WinnowError(
      'CANCELLED',
      `Run ${id} (${stage}) was cancelled. What it did is kept; run it again to go on.`,
    );
  }
  throw new WinnowError(run.errorCode ?? 'INTERNAL', `Run ${id} (${stage}): ${run.errorMessage ?? 'no message'}`);
}

/** Runs of a collection go one after the other, so that what a killed command left is finished first. */
async function followEarlier(session: Session, asked: Run, sink: Sink): Promise<void> {
  const { dataSource, interrupted } = session;
  for (let run; !interrupted.aborted && (run = await runBefore(dataSource, asked)) !== null;) {
    const { id, stage } = run;
    say(sink, `Run ${id} (${stage}) was asked for before and is not over: it goes first.`, 'yellow');
    const progress = startProgress(stage.toLowerCase(), sink);
    for (; run.finishedAt === null && !interrupted.aborted; run = await readRun(session, id)) {
      progress.update(positionOf(run));
      await sleep(LOOK_MS);
    }
    progress.end(positionOf(run), run.finishedAt === null ? 'not over' : remarkOf(run));
    if (run.finishedAt === null)
      say(
        sink,
        `Run ${id} (${stage}) stays as it is: the next command goes on with it, winnow runs cancel ${id} ends it.`,
      );
  }
}

/**
 * A run with failures of single images has succeeded; that they are, and where to read about them, is said here. Of labels
 * that could not be used, the first are shown: the cause is mostly the same for all.
 */
async function noteFailures({ dataSource }: Session, run: Run, sink: Sink): Promise<void> {
  const all = await failureCodes(dataSource, run.id);
  const note = (what: string, codes: typeof all): void => {
    const parts = codes.map(({ code, count }) => `${formatCount(count)} ${code}`);
    say(sink, `${what} could not be used: ${parts.join(', ')}. See winnow runs failures ${run.id}`, 'yellow');
  };
  const items = all.filter(({ code }) => !isOfLabel(code));
  if (items.length > 0) note(`${formatCount(run.failed)} of ${formatCount(run.total ?? run.failed)}`, items);
  const labels = all.filter(({ code }) => isOfLabel(code));
  if (labels.length === 0) return;
  const count = labels.reduce((sum, group) => sum + group.count, 0);
  note(`${formatCount(count)} ${count === 1 ? 'label' : 'labels'}`, labels);
  for (const { message } of await listLabelFailures(dataSource, run.id, LABELS_SHOWN)) say(sink, `  ${message}`);
}

/** An export of what has a verdict has succeeded; that other images have none, and how they get one, is said here. */
async function noteLeftOut({ dataSource }: Session, run: Run, sink: Sink): Promise<void> {
  const { withoutVerdict: left, model } = run.outcome as { withoutVerdict?: number; model?: number };
  if (!left) return;
  const { name } = await findCollection(dataSource, run.collectionId);
  const what = `${formatCount(left)} images have no label and no score by model v${model}, and are left out.`;
  say(sink, `${what} Run winnow classify${collectionFlag(name)} --model ${model}`, 'yellow');
}

async function watch(session: Session, id: number, progress: Progress): Promise<Run> {
  const { dataSource, interrupted } = session;
  for (let asked = false; ; await sleep(LOOK_MS)) {
    if (interrupted.aborted && !asked) {
      asked = true;
      await cancelRun(dataSource, id);
    }
    const run = await readRun(session, id);
    if (run.finishedAt !== null) return run;
    progress.update(positionOf(run));
  }
}

/** The worker waits for a database that is away, and so does who looks on. */
function readRun({ dataSource }: Session, id: number): Promise<Run> {
  return patiently(() => findRun(dataSource, id), AbortSignal.timeout(PATIENCE_MS));
}

function remarkOf(run: Run): string | undefined {
  if (run.state !== 'SUCCEEDED') return run.state.toLowerCase();
  const remarks = [
    run.skipped > 0 ? skippedText(run) : '',
    run.failed > 0 ? `${formatCount(run.failed)} failed` : '',
  ].filter(Boolean);
  return remarks.length > 0 ? remarks.join(', ') : undefined;
}
