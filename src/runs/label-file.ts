import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import { CsvError, parse, type Info } from 'csv-parse';

import type { LabelValue } from '../entities/index.js';
import { systemCode, WinnowError } from '../errors.js';
import { LABEL_WORDS, labelOfWord } from './label-words.js';

const LONGEST_ROW = 64 * 1024;

/** A row of a labels file: which image, by path or hash, and its label; or what is wrong with the row. */
export type LabelRow = { line: number } & (
  { path: string | null; sha256: string | null; value: LabelValue; problem: null } | { problem: string }
);

/** What a file of labels is for: to be learnt from, or to judge by. Messages call it so. */
export type LabelFileKind = 'labels' | 'answers';

/**
 * Refuses a file that gives no label at all: better before the work than after it. Reads to the first row that can be used.
 * @throws WinnowError BAD_INPUT that says what is wrong with the file, or with its first row
 */
export async function verifyLabelFile(file: string, kind: LabelFileKind = 'labels'): Promise<void> {
  const stats = await stat(file).catch(() => null); // The reading below says why.
  if (stats !== null && !stats.isFile()) {
    throw new WinnowError('BAD_INPUT', `The ${kind} must be in a file, but ${file} is none.`);
  }
  let first: string | null = null;
  for await (const { line, problem } of readLabelFile(file, kind)) {
    if (problem === null) return;
    first ??= `Line ${line}: ${problem}.`;
  }
  throw new WinnowError(
    'BAD_INPUT',
    first === null
      ? `The ${kind} file ${file} holds no ${kind}. Below the line path,label it must have a line for each image.`
      : `No line of the ${kind} file ${file} can be used. ${first}`,
  );
}

/**
 * Reads a CSV file with the columns path,label or sha256,label, row by row. Other columns are passed over; the names'
 * case, a byte order mark and either kind of line end are no matter. A path may also be a hash.
 * @throws WinnowError BAD_INPUT when it is no such file at all; a row that is wrong is yielded as a problem.
 */
export async function* readLabelFile(file: string, kind: LabelFileKind = 'labels'): AsyncGenerator<LabelRow> {
  const problems: LabelRow[] = [];
  const parser = parse({
    bom: true,
    columns: (header: string[]) => columnsOf(header, file),
    info: true,
    max_record_size: LONGEST_ROW,
    on_skip: (error) => {
      problems.push(problemOf(error));
      return undefined;
    },
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  });
  const stream = createReadStream(file);
  stream.on('error', (error) => parser.destroy(unreadable(file, kind, error)));
  stream.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: Record<string, string>; info: Info }>) {
      yield* problems.splice(0);
      yield labelRow(record, info.lines);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.push(problemOf(error)); // A quote that is never closed: the parser cannot go on.
  } finally {
    stream.destroy();
  }
  yield* problems;
}

function columnsOf(header: string[], file: string): string[] {
  const names = header.map((name) => name.trim().toLowerCase());
  if (!names.includes('label') || !(names.includes('path') || names.includes('sha256'))) {
    throw new WinnowError(
      'BAD_INPUT',
      `${file} must begin with a line that names the columns path,label or sha256,label, but begins with "${header.join(',').slice(0, 80)}".`,
    );
  }
  return names;
}

function labelRow({ path = '', sha256 = '', label }: Record<string, string | undefined>, line: number): LabelRow {
  const value = label === undefined ? null : labelOfWord(label);
  if (value === null)
    return { line, problem: `the label must be ${LABEL_WORDS}, but is "${(label ?? '').slice(0, 40)}"` };
  if (path.includes('\0')) return { line, problem: 'the path holds a zero byte' };
  const hash = /^[0-9a-f]{64}$/i.exec(sha256 || path)?.[0].toLowerCase() ?? null;
  if (sha256 !== '' && hash === null) return { line, problem: `"${sha256.slice(0, 80)}" is no SHA-256 in hex` };
  if (path === '' && hash === null) return { line, problem: 'it names no image' };
  return { line, path: path === '' ? null : path, sha256: hash, value, problem: null };
}

function problemOf(error: CsvError | undefined): LabelRow {
  const line = (error as { lines?: number } | undefined)?.lines ?? 0;
  return { line, problem: error?.message ?? 'it cannot be read' };
}

function unreadable(file: string, kind: LabelFileKind, cause: Error): WinnowError {
  const code = systemCode(cause);
  const message =
    code === 'ENOENT'
      ? `There is no ${kind} file ${file}.`
      : `The ${kind} file ${file} cannot be read: ${code === 'EACCES' ? 'permission denied' : code}.`;
  return new WinnowError('BAD_INPUT', message, { cause });
}
