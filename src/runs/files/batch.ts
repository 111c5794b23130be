import { access, constants, lstat } from 'node:fs/promises';

import { renameFile } from '../../catalog/export-repairs.js';
import { forgetFiles, markPlaced, planFiles, type ExportWork } from '../../catalog/exports.js';
import type { NewFailure } from '../../catalog/failures.js';
import { moveSources, type MovedFile } from '../../catalog/source-changes.js';
import { knownSources } from '../../catalog/sources.js';
import type { ExportMode } from '../../entities/index.js';
import { isFailure } from '../../errors.js';
import { fileFailure } from '../../images/file-failure.js';
import { exportPath, openFolders, opposite } from './directory.js';
import { isOurs, moveWithin, place, statOf, type Exported } from './disk.js';
import { standingSource } from './source.js';
import { isInside } from '../../images/paths.js';
import { modifiedAt } from '../../images/modified-at.js';
import { recordImageFailures } from '../image-failures.js';
import { mapConcurrent } from '../pipeline.js';
import type { ChunkInHand } from '../stage.js';

export interface ExportTarget {
  exportId: number;
  directory: string;
  mode: ExportMode;
}

/** What is to happen to one file. */
interface Step {
  item: ExportWork;
  mode: ExportMode;
  /** Where the file is now. */
  from: string;
  /** It stands in the other folder; in its own one, to be looked at once more; or it is taken from a source. */
  how: 'WITHIN' | 'STANDS' | 'PLACE';
  /** Its row is of another placement, and is made anew. */
  renew: boolean;
}

interface Outcome {
  step: Step;
  moved?: MovedFile;
  failure?: NewFailure;
  /** An error that is not this file's: the disk is full, a folder is gone. */
  trouble?: unknown;
}

/** File operations at once: they wait for the disk, not for the processor. */
const AT_ONCE = 8;

/**
 * Brings a batch of files to where their verdicts say: looks where they are, writes down what is going to be done, does
 * it, writes down that it is done. Killed anywhere in between, the next call for the same images finds the files in one
 * of the few places they can be in, and goes on from there.
 */
export async function exportBatch(
  runId: number,
  chunk: ChunkInHand<object>,
  dataSource: Parameters<typeof knownSources>[0],
  target: ExportTarget,
  work: ExportWork[],
): Promise<void> {
  await openFolders(target.directory);
  const known = await knownSources(dataSource, [...new Set(work.flatMap(({ uris }) => uris))]);
  const steps: Step[] = [];
  const failures: NewFailure[] = [];
  const look = (item: ExportWork) => stepFor(item, target, known);
  for await (const step of mapConcurrent(work, AT_ONCE, look, chunk.signal)) {
    if ('code' in step) failures.push(step);
    else steps.push(step);
  }

  const names = new Map<number, string>();
  await chunk.advance({}, async (tx) => {
    const { exportId, mode } = target;
    const renewed = steps.filter(({ renew }) => renew).map(({ item }) => item.imageId);
    await forgetFiles(tx, exportId, renewed);
    const files = steps.map(({ item: { imageId, sha256, verdict }, from }) => ({
      imageId,
      sha256,
      verdict,
      source: from,
    }));
    for (const { imageId, name } of await planFiles(tx, { exportId, mode, files })) names.set(imageId, name);
  });

  const rename = async ({ item, from }: Step, choice: number): Promise<string> => {
    let name = '';
    const { imageId, sha256, exported } = item;
    await chunk.advance({}, async (tx) => {
      name = await renameFile(tx, target.exportId, { imageId, sha256, source: exported?.source ?? from }, choice);
    });
    return name;
  };
  const act = (step: Step) => perform(step, target, names.get(step.item.imageId)!, (choice) => rename(step, choice));
  const outcomes: Outcome[] = [];
  // Not ended by the signal: what has begun is written down first.
  for await (const outcome of mapConcurrent(steps, AT_ONCE, act)) outcomes.push(outcome);

  const placed = outcomes.filter(({ failure, trouble }) => failure === undefined && trouble === undefined);
  failures.push(...outcomes.flatMap(({ failure }) => failure ?? []));
  await chunk.advance({ done: placed.length, failed: failures.length }, async (tx) => {
    const nowhere = outcomes.filter(({ step, failure }) => failure && step.how === 'PLACE');
    await forgetFiles(
      tx,
      target.exportId,
      nowhere.map(({ step }) => step.item.imageId),
    );
    await markPlaced(
      tx,
      target.exportId,
      placed.map(({ step }) => step.item.imageId),
    );
    await moveSources(
      tx,
      placed.flatMap(({ moved }) => moved ?? []),
    );
    await recordImageFailures(tx, runId, 'EXPORT', failures);
  });
  const trouble = outcomes.find((outcome) => outcome.trouble !== undefined);
  if (trouble) throw trouble.trouble;
}

async function stepFor(
  item: ExportWork,
  { directory, mode }: ExportTarget,
  known: Awaited<ReturnType<typeof knownSources>>,
): Promise<Step | NewFailure> {
  const { exported, verdict } = item;
  if (exported !== null) {
    const own = exportPath(directory, verdict, exported.name);
    const other = exportPath(directory, opposite(verdict), exported.name);
    const file = fileOf(item, exported.mode);
    const step = { item, mode: exported.mode, renew: false };
    // What is known to stand there is only looked at; after a kill it may be anybody's, and is compared.
    const inOther = exported.placed ? await isKind(other, exported.mode) : await isOurs(other, file);
    if (inOther) return { ...step, from: other, how: 'WITHIN' };
    if (!exported.placed && (await isOurs(own, file))) return { ...step, from: exported.source, how: 'STANDS' };
  }
  const source = await standingSource(item, known);
  if (typeof source !== 'string') return source;
  // A moved file that lost its name on the way still goes back to where it came from first.
  const renew = exported !== null && !isInside(directory, source);
  return { item, mode: renew || exported === null ? mode : exported.mode, from: source, how: 'PLACE', renew };
}

async function perform(
  step: Step,
  { directory }: ExportTarget,
  planned: string,
  rename: (choice: number) => Promise<string>,
): Promise<Outcome> {
  const { item, mode, from, how } = step;
  const { imageId, verdict, exported } = item;
  const file = fileOf(item, mode);
  let name = planned;
  try {
    for (let choice = 1; ; choice += 1) {
      const to = exportPath(directory, verdict, name);
      if ((await actOnce(step, to, file)) === 'PLACED') {
        if (mode !== 'MOVE') return { step };
        const stats = await lstat(to);
        const left = [
          from,
          exportPath(directory, opposite(verdict), name),
          ...(exported && !step.renew ? [exported.source] : []),
        ];
        return { step, moved: { imageId, from: left, to, bytes: stats.size, modifiedAt: modifiedAt(stats) } };
      }
      if (choice > 2) throw new Error(`${to} and all other names of the image are taken`);
      name = await rename(choice);
    }
  } catch (error) {
    const failure = isFailure(error) ? error : await sourceFailure(how === 'STANDS' ? null : from, error);
    if (failure === null) return { step, trouble: error };
    return { step, failure: { imageId, code: failure.code, message: `${from}: ${failure.message}` } };
  }
}

function actOnce({ how, from, mode, item }: Step, to: string, file: Exported): Promise<'PLACED' | 'TAKEN'> {
  switch (how) {
    case 'WITHIN':
      return moveWithin(from, to, file);
    case 'PLACE':
      return place(from, to, file);
    case 'STANDS':
      // An interrupted move may have left its original; what is no source any more is not ours to take away.
      return mode === 'MOVE' && item.uris.includes(from) ? place(from, to, file) : Promise.resolve('PLACED');
  }
}

/** What an error says about the source; null when it is about something else, as the source can be read. */
async function sourceFailure(source: string | null, error: unknown) {
  if (source === null) return null;
  const readable = await access(source, constants.R_OK).then(
    () => true,
    () => false,
  );
  const failure = readable ? null : fileFailure(error);
  return isFailure(failure) ? failure : null;
}

async function isKind(path: string, mode: ExportMode): Promise<boolean> {
  const stats = await statOf(path);
  return stats !== null && (mode === 'SYMLINK' ? stats.isSymbolicLink() : stats.isFile());
}

function fileOf({ sha256, uris, exported }: ExportWork, mode: ExportMode): Exported {
  return { sha256, mode, origins: [...uris, ...(exported ? [exported.source] : [])] };
}
