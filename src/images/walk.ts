import { isUtf8 } from 'node:buffer';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import type { FailureCode } from '../errors.js';
import { isFailure } from '../errors.js';
import { fileFailure } from './file-failure.js';
import { modifiedAt } from './modified-at.js';
import { isInside } from './paths.js';

export interface FoundFile {
  /** Absolute. */
  path: string;
  bytes: number;
  modifiedAt: Date;
}

export interface WalkFailure {
  /** The path; bytes that are not UTF-8 are written \xNN. */
  uri: string;
  code: FailureCode;
  message: string;
}

export type Found = { file: FoundFile } | { failure: WalkFailure };

export interface WalkOptions {
  /**
   * Real paths of folders that links may lead into; a link to a file outside of them is a failure. Without, links lead
   * anywhere.
   */
  roots?: readonly string[];
  /** Finds at this path, below the root, and below it what the walk of the whole root would find there. */
  only?: string;
}

/** What an export writes beside its folders, passed over when its directory is ingested. */
export const MANIFEST_NAMES: readonly string[] = ['manifest.csv', 'manifest.jsonl'];
const EXPORT_FOLDERS = ['ok', 'ng'];

/** Hidden by other systems' conventions; what starts with a dot is hidden by ours. */
const HIDDEN = new Set(['Thumbs.db', 'desktop.ini', '$RECYCLE.BIN', '__MACOSX']);

const BEHIND_LINK = 'The way to it leads through a link to a folder; these are not followed.';

/** Files looked at side by side. */
const AHEAD = 32;

interface Entry {
  /** Bytes of the file system, of which Node's strings hold UTF-8 only. */
  path: Buffer;
  isLink: boolean;
}

/**
 * Finds the files in a folder and in all below, or the one file that `root` is. Streams: of a folder, a few dozen
 * entries are held at a time, and of the tree, the folders that are still to be read. Links to files are followed,
 * links to folders are not. Hidden files and folders and an export's manifests are passed over in silence; whatever
 * else is no readable file is a failure.
 * @throws the signal's reason when aborted, and what the file system throws that concerns no single file
 */
export async function* walk(root: string, signal?: AbortSignal, options: WalkOptions = {}): AsyncIterable<Found> {
  const folders: Buffer[] = [];
  const start = resolve(options.only ?? root);
  const path = Buffer.from(start);
  const links = await linksBetween(resolve(root), start);
  if (links.some((link) => link !== start)) yield failed(path, 'NOT_A_FILE', BEHIND_LINK);
  else yield* await look([{ path, isLink: links.length > 0 }], folders, options);
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted();
    try {
      for await (const entries of readFolder(folder)) {
        signal?.throwIfAborted();
        yield* await look(entries, folders, options);
      }
    } catch (error) {
      yield asFound(folder, error, 'A folder that could not be read; what is in it was left out. ');
    }
  }
}

async function* readFolder(folder: Buffer): AsyncIterable<Entry[]> {
  let entries: Entry[] = [];
  // Latin-1 holds any bytes; its names are turned back into bytes.
  for await (const entry of await opendir(folder, { encoding: 'latin1', bufferSize: AHEAD })) {
    if (entry.name.startsWith('.') || HIDDEN.has(entry.name)) continue;
    if (MANIFEST_NAMES.includes(entry.name) && (await isExport(folder))) continue;
    const path = Buffer.concat([
      folder,
      Buffer.from(folder.at(-1) === 0x2f ? '' : '/'),
      Buffer.from(entry.name, 'latin1'),
    ]);
    entries.push({ path, isLink: entry.isSymbolicLink() });
    if (entries.length < AHEAD) continue;
    yield entries;
    entries = [];
  }
  yield entries;
}

async function isExport(folder: Buffer): Promise<boolean> {
  const beside = EXPORT_FOLDERS.map((name) => stat(Buffer.concat([folder, Buffer.from(`/${name}`)])));
  return (await Promise.allSettled(beside)).every((found) => found.status === 'fulfilled' && found.value.isDirectory());
}

/** What is a link below the root on the way to a path, and the path itself. The root may well be one. */
async function linksBetween(root: string, path: string): Promise<string[]> {
  const links: string[] = [];
  for (let part = path; part !== root && isInside(root, part); part = dirname(part)) {
    // What is not there any more is no link: look() says so.
    if ((await lstat(part).catch(() => null))?.isSymbolicLink()) links.push(part);
  }
  return links;
}

/** Tells files from folders; the folders are added to those still to be read. */
async function look(entries: Entry[], folders: Buffer[], options: WalkOptions): Promise<Found[]> {
  const looked = await Promise.all(entries.map((entry) => lookAt(entry, options)));
  const found: Found[] = [];
  for (const [index, result] of looked.entries()) {
    if (result === 'FOLDER') folders.push(entries[index].path);
    else found.push(result);
  }
  return found;
}

async function lookAt({ path, isLink }: Entry, { roots }: WalkOptions): Promise<Found | 'FOLDER'> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory())
      return isLink ? failed(path, 'NOT_A_FILE', 'A link to a folder; these are not followed.') : 'FOLDER';
    if (!stats.isFile()) return failed(path, 'NOT_A_FILE', 'Expected a file, but this is a pipe, socket or device.');
    if (!isUtf8(path))
      return failed(path, 'NAME_NOT_UTF8', 'The name is not UTF-8. Rename the file (convmv does it in bulk).');
    if (isLink && roots) {
      const real = await realpath(path, 'utf8');
      if (!roots.some((root) => isInside(root, real))) {
        return failed(path, 'UNREADABLE', 'A link that leads out of the folders that may be read.');
      }
    }
    return { file: { path: path.toString(), bytes: stats.size, modifiedAt: modifiedAt(stats) } };
  } catch (error) {
    return asFound(path, error);
  }
}

/** A failure of this path, or the error thrown again when it is no such thing. */
function asFound(path: Buffer, error: unknown, remark = ''): Found {
  const failure = fileFailure(error);
  if (!isFailure(failure)) throw failure;
  return failed(path, failure.code, `${remark}${failure.message}`);
}

function failed(path: Buffer, code: FailureCode, message: string): Found {
  const text = isUtf8(path) ? path.toString() : path.toString('latin1').replace(/[\x80-\xff]/g, escapeByte);
  return { failure: { uri: text, code, message } };
}

function escapeByte(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16)}`;
}
