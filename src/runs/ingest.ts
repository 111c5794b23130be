import { realpath } from 'node:fs/promises';

import { NOTHING, type Counts } from '../catalog/chunk-claims.js';
import { recordFailures, type NewFailure } from '../catalog/failures.js';
import { urisToRetry } from '../catalog/retries.js';
import { addSources, addToCollection, recordImages, type IngestedFile } from '../catalog/record-images.js';
import { rows, type Db } from '../db.js';
import { isInside } from '../images/paths.js';
import { walk } from '../images/walk.js';
import { comparedFiles, readFound, type Read } from './ingest-files.js';
import { applyLabels, voteByFile } from './ingest-labels.js';
import { parseIngestOptions, rootsOf, verifyIngestOptions, type IngestOptions } from './ingest-options.js';
import { folderLabel } from './label-words.js';
import { LabelVotes } from './label-votes.js';
import { inBatches, mapConcurrent } from './pipeline.js';
import type { ChunkInHand, RunInHand, Stage } from './stage.js';

/** Files in one transaction, or as many as got ready in this time. */
const BATCH = 1000;
const BATCH_MS = 500;

interface Bounds {
  /** What is walked: all of these, or of these only the paths that are tried again. */
  roots: readonly string[];
  again: readonly string[] | null;
  /** Export directories that are passed over. */
  inside: readonly string[];
  /** Real paths of the folders that links may lead into. */
  allowed: readonly string[];
}

/**
 * Takes files in: what is new or changed is read, checked and hashed; what is known by size and time is not opened.
 * One chunk. Interrupted, it walks again from the start, which is quick where it has been already. A retry goes through
 * the failed files alone, and opens them even if they have not changed.
 */
export const ingest: Stage<IngestOptions, object> = {
  retries: true,
  parse: parseIngestOptions,
  verify: verifyIngestOptions,
  plan: () => Promise.resolve({ total: null, chunks: [{}] }),

  async work(run, chunk) {
    await chunk.restart();
    const roots = rootsOf(run.options);
    const retried = run.retry === null ? null : await urisToRetry(run.dataSource, run.retry);
    const bounds: Bounds = {
      roots,
      again: retried && retried.filter(({ ofLabel }) => !ofLabel).map(({ uri }) => uri),
      inside: await exportsBelow(run.dataSource, roots, run.options),
      allowed: await Promise.all(run.config.roots.map((root) => realpath(root).catch(() => root))),
    };
    const votes = new LabelVotes();
    let imageFiles = 0;
    const counting = new AbortController();
    const census = countAhead(bounds, AbortSignal.any([chunk.signal, counting.signal]));
    try {
      const compared = comparedFiles(run.dataSource, found(bounds, chunk.signal));
      const read = mapConcurrent(
        compared,
        Math.max(4, run.config.threads * 2),
        (file) => readFound(file, run.config.limits, chunk.startedAt, retried !== null),
        chunk.signal,
      );
      for await (const batch of inBatches(read, run.spanImages ?? BATCH, BATCH_MS)) {
        await record(run, chunk, batch, census.files, (uri, imageId) => {
          imageFiles += 1;
          const value = folderLabel(uri, run.options, roots);
          if (value !== null) votes.add(imageId, value, 'FOLDER');
        });
      }
    } finally {
      counting.abort();
      await census.ended;
    }
    await voteByFile(run, chunk, votes, retried && new Set(retried.map(({ uri }) => uri)));
    await applyLabels(run, chunk, votes);
    chunk.measure('imageFiles', imageFiles);
    const { done, skipped, failed } = chunk.counted;
    await chunk.settle({ done, skipped, failed, total: done + skipped + failed });
  },

  finish: () => Promise.resolve({}),
};

/** Export directories below the roots: what stands there is not new, and its folders' names are no labels. */
async function exportsBelow(db: Db, roots: string[], options: IngestOptions): Promise<string[]> {
  const all = await rows<{ directory: string }>(db, 'select directory from winnow.exports');
  const asked = [...options.paths, ...options.positive, ...options.negative];
  return all
    .map(({ directory }) => directory)
    .filter((directory) => roots.some((root) => isInside(root, directory)))
    .filter((directory) => !asked.some((path) => isInside(directory, path)));
}

/** Everything below the roots but our own exports; of a retry, what a walk of the roots finds at its paths. */
async function* found({ roots, again, inside, allowed }: Bounds, signal: AbortSignal) {
  const walks =
    again === null ? roots.map((root) => ({ root })) : again.map((only) => ({ root: rootOf(only, roots), only }));
  for (const { root, ...options } of walks) {
    for await (const one of walk(root, signal, { roots: allowed, ...options })) {
      const path = 'file' in one ? one.file.path : one.failure.uri;
      if (!inside.some((directory) => isInside(directory, path))) yield one;
    }
  }
}

function rootOf(path: string, roots: readonly string[]): string {
  return roots.find((root) => isInside(root, path)) ?? path;
}

/** Counts the files while they are being read, so that the run knows its total long before its end. */
function countAhead(bounds: Bounds, signal: AbortSignal): { files: number; ended: Promise<void> } {
  const census = { files: 0, ended: Promise.resolve() };
  const count = async () => {
    try {
      for await (const one of found(bounds, signal)) if (one) census.files += 1;
    } catch {
      // The walk that reads meets the same trouble, and reports it.
    }
  };
  census.ended = count();
  return census;
}

/** One transaction: images, sources, failures, membership, progress. */
async function record(
  run: RunInHand<IngestOptions>,
  chunk: ChunkInHand<object>,
  batch: Read[],
  files: number,
  onImage: (uri: string, imageId: number) => void,
): Promise<void> {
  const fresh: IngestedFile[] = [];
  const known: { uri: string; imageId: number }[] = [];
  const failures: NewFailure[] = [];
  const delta: Counts = { ...NOTHING };
  for (const { counts, file, imageId, failure, uri } of batch) {
    delta[counts] += 1;
    if (file) fresh.push(file);
    if (imageId !== undefined) known.push({ uri, imageId });
    if (failure) failures.push(failure);
  }
  const { counted } = chunk;
  const through = counted.done + counted.skipped + counted.failed + batch.length;
  delta.total = Math.max(files, through) - counted.total;
  let recorded = new Map<string, number>();
  await chunk.advance(delta, async (tx) => {
    recorded = await recordImages(tx, run.collectionId, fresh);
    await addToCollection(
      tx,
      run.collectionId,
      known.map(({ imageId }) => imageId),
    );
    await addSources(
      tx,
      run.collectionId,
      known.map(({ uri }) => uri),
    );
    await recordFailures(tx, { runId: run.id, stage: 'INGEST', failures });
  });
  for (const [uri, imageId] of recorded) onImage(uri, imageId);
  for (const { uri, imageId } of known) onImage(uri, imageId);
}
