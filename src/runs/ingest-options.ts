import { constants, open, stat } from 'node:fs/promises';

import { isFailure, systemCode } from '../errors.js';
import { fileFailure } from '../images/file-failure.js';
import { isInside } from '../images/paths.js';
import { verifyLabelFile } from './label-file.js';
import { bad, flag, optional, path, paths, readOptions, text, type Check } from './options.js';

export interface IngestOptions {
  paths: string[];
  /** Folders (or files) whose images are positive, negative. They are ingested too, wherever they are. */
  positive: string[];
  negative: string[];
  /** The name of a file's nearest folder that is called positive, ok, good, ... or negative, ng, bad, ... is its label. */
  labelsByFolder: boolean;
  /** A CSV file with the columns path,label or sha256,label. */
  labelsFile: string | null;
  /** Who gave the labels; the one who requested the run when left out. */
  who: string | null;
}

const manyOrNone: Check<string[]> = (value, name) =>
  value === undefined || (Array.isArray(value) && value.length === 0) ? [] : paths(value, name);

/** @throws WinnowError BAD_INPUT that names the option. */
export function parseIngestOptions(input: unknown): IngestOptions {
  const options = readOptions<IngestOptions>(input, {
    paths: manyOrNone,
    positive: manyOrNone,
    negative: manyOrNone,
    labelsByFolder: optional(flag, false),
    labelsFile: optional(path, null),
    who: optional(text, null),
  });
  if (options.paths.length + options.positive.length + options.negative.length === 0) {
    throw bad('paths must be a list with at least one path, but is missing.');
  }
  const both = options.positive.find((folder) => options.negative.includes(folder));
  if (both !== undefined) throw bad(`${both} is in positive and in negative; one of the two is wrong.`);
  return options;
}

/** @throws WinnowError BAD_INPUT for a path that is not there, when none can be read, and for a labels file without labels. */
export async function verifyIngestOptions(options: IngestOptions): Promise<void> {
  const { paths: given, positive, negative, labelsFile } = options;
  const problems: (string | null)[] = [];
  for (const root of [...given, ...positive, ...negative]) {
    await mustExist(root);
    problems.push(await whyUnreadable(root));
  }
  // Among others that can be read, it is a failure of the run.
  if (problems.every((problem) => problem !== null)) {
    throw bad(problems.length === 1 ? problems[0] : `None of the ${problems.length} paths can be read. ${problems[0]}`);
  }
  if (labelsFile !== null) await verifyLabelFile(labelsFile);
}

/** Whether images are to be labelled as well. */
export function givesLabels({ positive, negative, labelsByFolder, labelsFile }: IngestOptions): boolean {
  return positive.length + negative.length > 0 || labelsByFolder || labelsFile !== null;
}

/** What is to be walked: no root lies in another one, so that no file is met twice. */
export function rootsOf({ paths: given, positive, negative }: IngestOptions): string[] {
  const all = [...new Set([...given, ...positive, ...negative])];
  return all.filter((root) => !all.some((other) => other !== root && isInside(other, root)));
}

async function mustExist(file: string): Promise<void> {
  try {
    await stat(file);
  } catch (error) {
    throw bad(
      systemCode(error) === 'ENOENT' ? `There is nothing at ${file}.` : `${file} is unreadable: ${systemCode(error)}.`,
    );
  }
}

/** Opens a file or a folder, without waiting for whoever writes into a pipe. */
async function whyUnreadable(file: string): Promise<string | null> {
  try {
    await (await open(file, constants.O_RDONLY | constants.O_NONBLOCK)).close();
    return null;
  } catch (error) {
    const failure = fileFailure(error);
    if (!isFailure(failure)) throw error;
    return `${file} cannot be read: ${failure.message}`;
  }
}
