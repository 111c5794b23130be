import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { stringify } from 'csv-stringify';

import { manifestRows, type ManifestRow } from '../../catalog/exports.js';
import type { Db } from '../../db.js';
import type { Model } from '../../entities/index.js';
import { WinnowError } from '../../errors.js';
import { exportPath, MANIFESTS } from './directory.js';

export interface ManifestBasis {
  exportId: number;
  directory: string;
  model: Pick<Model, 'id' | 'number' | 'fingerprint'>;
  threshold: number;
}

const COLUMNS = [
  'file',
  'sha256',
  'verdict',
  'label',
  'score',
  'logit',
  'model',
  'modelFingerprint',
  'threshold',
  'mode',
  'source',
  'sources',
] as const;

/** One file of an export, as its manifest has it. */
export type ManifestEntry = Record<(typeof COLUMNS)[number], string | number | null | string[]>;

/**
 * Writes manifest.csv and manifest.jsonl, each to a temporary name first. Streams: the rows are never all in memory.
 * In the CSV the sources are one JSON array.
 */
export async function writeManifests(db: Db, basis: ManifestBasis): Promise<void> {
  await writeStream(join(basis.directory, MANIFESTS.jsonl), jsonLines(entries(db, basis)));
  const csv = stringify({
    header: true,
    columns: [...COLUMNS],
    cast: { object: (value) => JSON.stringify(value) },
  });
  const rows = Readable.from(entries(db, basis));
  rows.on('error', (error) => csv.destroy(error));
  await writeStream(join(basis.directory, MANIFESTS.csv), rows.pipe(csv));
}

async function* entries(db: Db, basis: ManifestBasis): AsyncGenerator<ManifestEntry> {
  for await (const batch of manifestRows(db, { exportId: basis.exportId, modelId: basis.model.id })) {
    for (const row of batch) yield entryOf(row, basis);
  }
}

function entryOf(row: ManifestRow, { model, threshold }: ManifestBasis): ManifestEntry {
  const { sha256, verdict, label, score, logit, mode, source, sources, name } = row;
  return {
    file: exportPath('', verdict, name),
    sha256,
    verdict,
    label,
    score,
    logit,
    model: `v${model.number}`,
    modelFingerprint: model.fingerprint,
    threshold,
    mode,
    source,
    sources,
  };
}

async function* jsonLines(all: AsyncIterable<ManifestEntry>): AsyncGenerator<string> {
  for await (const entry of all) yield `${JSON.stringify(entry)}\n`;
}

async function writeStream(path: string, content: AsyncIterable<string | Buffer>): Promise<void> {
  const temporary = `${path}.tmp`;
  await rm(temporary, { force: true });
  try {
    await pipeline(content, createWriteStream(temporary, { flags: 'wx', flush: true }));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A file of an export as undoing needs it. */
export type ListedFile = Pick<ManifestRow, 'sha256' | 'verdict' | 'name' | 'mode' | 'source' | 'sources'>;

/**
 * Reads a manifest.jsonl back.
 * @throws WinnowError BAD_INPUT for a line that no export has written.
 */
export async function* readManifest(file: string): AsyncGenerator<ListedFile> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    line += 1;
    const listed = text === '' ? null : parseEntry(text);
    if (listed === undefined)
      throw new WinnowError('BAD_INPUT', `Line ${line} of ${file} is not as an export writes it.`);
    if (listed !== null) yield listed;
  }
}

function parseEntry(text: string): ListedFile | undefined {
  let entry: Partial<Record<keyof ManifestEntry, unknown>>;
  try {
    entry = JSON.parse(text) as typeof entry;
  } catch {
    return undefined;
  }
  const { file, sha256, verdict, mode, source, sources } = entry;
  const name = typeof file === 'string' ? basename(file) : '';
  const isKnown =
    (verdict === 'OK' || verdict === 'NG') &&
    (mode === 'COPY' || mode === 'HARDLINK' || mode === 'SYMLINK' || mode === 'MOVE') &&
    typeof source === 'string' &&
    isAbsolute(source) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    name !== '' &&
    file === exportPath('', verdict, name);
  if (!isKnown) return undefined;
  const uris = Array.isArray(sources) ? sources.filter((uri) => typeof uri === 'string') : [];
  return { sha256, verdict, name, mode, source, sources: uris };
}
