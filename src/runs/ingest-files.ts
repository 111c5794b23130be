import type { NewFailure } from '../catalog/failures.js';
import type { IngestedFile } from '../catalog/record-images.js';
import { knownSources, type KnownSource } from '../catalog/sources.js';
import type { Config } from '../config.js';
import type { Db } from '../db.js';
import { isFailure, type FailureCode } from '../errors.js';
import { inspect, readFileBytes } from '../images/read.js';
import type { Found, FoundFile } from '../images/walk.js';
import { inBatches } from './pipeline.js';

/** Uris looked up at once. */
const LOOKUP = 500;

/** What only other bytes can mend; a file that was refused for it is not opened again until it changes. */
const LASTING: ReadonlySet<FailureCode> = new Set([
  'EMPTY_FILE',
  'TRUNCATED',
  'NOT_AN_IMAGE',
  'UNSUPPORTED_FORMAT',
  'ZERO_PIXELS',
  'CORRUPT',
]);
/** What says nothing about the bytes; such a file is no source. */
const FLEETING: ReadonlySet<FailureCode> = new Set([
  'VANISHED',
  'CHANGED',
  'UNREADABLE',
  'NOT_A_FILE',
  'NAME_NOT_UTF8',
]);

export type Compared = { file: FoundFile; known: KnownSource | undefined } | Extract<Found, { failure: unknown }>;

/** What came of one file. */
export interface Read {
  uri: string;
  counts: 'done' | 'skipped' | 'failed';
  /** To be recorded. */
  file?: IngestedFile;
  /** Of a file that is known already. */
  imageId?: number;
  failure?: NewFailure;
}

/** What was found, each file with what the catalog knows of it; asks a few hundred at a time. */
export async function* comparedFiles(db: Db, found: AsyncIterable<Found>): AsyncGenerator<Compared> {
  for await (const batch of inBatches(found, LOOKUP)) {
    const paths = batch.flatMap((one) => ('file' in one ? [one.file.path] : []));
    const known = await knownSources(db, paths);
    for (const one of batch) yield 'file' in one ? { file: one.file, known: known.get(one.file.path) } : one;
  }
}

/**
 * Reads a file unless it is known with the same size and time.
 * @param again opens what was refused before, even if it has not changed
 * @param startedAt of the run: what is known since then this run has read itself, before it was interrupted.
 */
export async function readFound(
  found: Compared,
  limits: Config['limits'],
  startedAt: Date,
  again = false,
): Promise<Read> {
  if ('failure' in found) return { uri: found.failure.uri, counts: 'failed', failure: found.failure };
  const { file, known } = found;
  const uri = file.path;
  if (known && known.bytes === file.bytes && known.modifiedAt?.getTime() === file.modifiedAt.getTime()) {
    const own = known.foundAt >= startedAt;
    if (known.imageId !== null) return { uri, counts: own ? 'done' : 'skipped', imageId: known.imageId };
    if (own) return { uri, counts: 'failed' };
    if (!again && known.refused !== null && LASTING.has(known.refused)) return { uri, counts: 'skipped' };
  }
  const { bytes, modifiedAt } = file;
  try {
    const facts = await inspect(await readFileBytes(uri, limits), limits);
    return { uri, counts: 'done', file: { uri, bytes, modifiedAt, facts, refused: null } };
  } catch (error) {
    if (!isFailure(error)) throw error;
    const { code, message } = error;
    const refused = FLEETING.has(code) ? undefined : { uri, bytes, modifiedAt, facts: null, refused: code };
    return { uri, counts: 'failed', file: refused, failure: { uri, code, message } };
  }
}
