import { dirname, isAbsolute, resolve } from 'node:path';
import { stat } from 'node:fs/promises';

import { recordFailures, type NewFailure } from '../catalog/failures.js';
import { imagesBySha, imagesByUri, setLabels, withdrawLabels } from '../catalog/labels.js';
import { sourcesOf } from '../catalog/batches.js';
import { givesLabels, type IngestOptions } from './ingest-options.js';
import { readLabelFile, type LabelRow } from './label-file.js';
import type { LabelVotes } from './label-votes.js';
import { inBatches } from './pipeline.js';
import type { ChunkInHand, RunInHand } from './stage.js';

const BATCH = 1000;
/** What an ingest may say; a label by hand is nothing to it. */
const ORIGINS = ['FOLDER', 'IMPORT'] as const;

/**
 * Reads the labels file, if there is one, into votes; rows that fit no image are failures.
 * @param retried uris of files and of rows that are tried again: other rows, and other images, are left alone
 */
export async function voteByFile(
  run: RunInHand<IngestOptions>,
  chunk: ChunkInHand<object>,
  votes: LabelVotes,
  retried: ReadonlySet<string> | null = null,
): Promise<void> {
  const { labelsFile } = run.options;
  if (labelsFile === null) return;
  const folders = await foldersOf(run.options, labelsFile);
  for await (const batch of inBatches(readLabelFile(labelsFile), BATCH)) {
    const good = batch.flatMap((row) => (row.problem === null ? [row] : []));
    const candidates = new Map(good.map((row) => [row, placesOf(row.path, folders)]));
    const [bySha, byUri] = await Promise.all([
      imagesBySha(
        run.dataSource,
        run.collectionId,
        good.flatMap((row) => row.sha256 ?? []),
      ),
      imagesByUri(run.dataSource, run.collectionId, [...new Set([...candidates.values()].flat())]),
    ]);
    const failures: NewFailure[] = [];
    const fail = ({ line }: LabelRow, code: 'LABEL_INVALID' | 'LABEL_UNMATCHED', problem: string) =>
      failures.push({ uri: `${labelsFile}:${line}`, code, message: `Line ${line} of ${labelsFile}: ${problem}.` });

    for (const row of batch) {
      const places = row.problem === null ? (candidates.get(row) ?? []) : [];
      if (retried && !retried.has(`${labelsFile}:${row.line}`) && !places.some((uri) => retried.has(uri))) continue;
      if (row.problem !== null) {
        fail(row, 'LABEL_INVALID', row.problem);
        continue;
      }
      const hashed = row.sha256 === null ? undefined : bySha.get(row.sha256);
      const placed = places.flatMap((uri) => byUri.get(uri) ?? []);
      const imageIds = new Set(hashed === undefined ? placed : [hashed]);
      const [imageId] = imageIds;
      const name = row.path ?? row.sha256;
      if (imageIds.size === 1) votes.add(imageId, row.value, 'IMPORT');
      else if (imageIds.size === 0) fail(row, 'LABEL_UNMATCHED', `no image of this collection is ${name}`);
      else fail(row, 'LABEL_UNMATCHED', `${name} fits ${imageIds.size} different images; write the whole path`);
    }
    await failRows(run, chunk, failures);
  }
}

/**
 * Sets the labels voted for. The same bytes called positive here and negative there are a failure, and have no label but one
 * by hand, whatever an earlier ingest said.
 */
export async function applyLabels(
  run: RunInHand<IngestOptions>,
  chunk: ChunkInHand<object>,
  votes: LabelVotes,
): Promise<void> {
  const { collectionId } = run;
  const who = run.options.who ?? run.requestedBy;
  if (givesLabels(run.options)) chunk.measure('labelsSet', 0); // Said even when it stays so.
  for (const { labels, conflicts } of votes.counted(BATCH)) {
    chunk.signal.throwIfAborted();
    const places = await sourcesOf(
      run.dataSource,
      conflicts.map((of) => ({ of, first: 8 })),
    );
    const failures = conflicts.map((imageId, i) => ({
      imageId,
      code: 'LABEL_CONFLICT' as const,
      message: `The same image is called positive and negative: ${places[i].map(({ uri }) => uri).join(', ')}.`,
    }));
    const answers = { set: 0, unchanged: 0, kept: 0 };
    await failRows(run, chunk, failures, async (tx) => {
      await withdrawLabels(tx, { collectionId, imageIds: conflicts, origins: ORIGINS, who });
      for (const origin of ORIGINS) {
        const own = labels.filter((label) => label.origin === origin);
        const answer = await setLabels(tx, { collectionId, labels: own, origin, who });
        answers.set += answer.set;
        answers.unchanged += answer.unchanged;
        answers.kept += answer.kept;
      }
      for (const [name, count] of Object.entries(answers))
        chunk.measure(`labels${name[0].toUpperCase()}${name.slice(1)}`, count);
    });
  }
}

/** A label that cannot be given is a failure, but no item of the run: these are the files. It is counted apart. */
async function failRows(
  run: RunInHand<IngestOptions>,
  chunk: ChunkInHand<object>,
  failures: NewFailure[],
  write?: Parameters<ChunkInHand<object>['advance']>[1],
): Promise<void> {
  if (failures.length > 0) chunk.measure('labelsFailed', failures.length);
  await chunk.advance({}, async (tx) => {
    await recordFailures(tx, { runId: run.id, stage: 'INGEST', failures });
    await write?.(tx);
  });
}

/** What a relative path in a labels file may be relative to: each folder that was ingested, and the file's own. */
async function foldersOf({ paths, positive, negative }: IngestOptions, labelsFile: string): Promise<string[]> {
  const folders = new Set<string>();
  for (const root of [...paths, ...positive, ...negative]) {
    const isFolder = (await stat(root).catch(() => null))?.isDirectory() ?? false;
    folders.add(isFolder ? root : dirname(root));
  }
  return [...folders.add(dirname(labelsFile))];
}

function placesOf(path: string | null, folders: string[]): string[] {
  if (path === null) return [];
  return isAbsolute(path) ? [resolve(path)] : folders.map((folder) => resolve(folder, path));
}
