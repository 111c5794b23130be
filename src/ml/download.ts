import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { makeFolder } from '../folders.js';

/** A file of known content. */
export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  /** Hex. */
  readonly md5: string;
}

export interface DownloadOptions {
  /** Called with every piece that comes. @param done bytes, from 0 to the file's size. */
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** Connections that may break off, one after the other without a byte in between, before the download is given up. */
const TRIES = 4;
const FIRST_PAUSE_MS = 250;
/** A connection that gives nothing for this long counts as broken. */
const STALLED_MS = 60_000;

/**
 * Downloads a file to `path`, where it appears whole and checked or not at all. What an earlier attempt got, broken off or
 * killed, lies in `path.part` and is not fetched again where the server knows ranges. Safe from several processes at
 * once: all write the same bytes to the same places.
 * @throws Error that says what was wrong: the connection, the server's answer, the size, the hash.
 */
export async function download(file: RemoteFile, path: string, options: DownloadOptions = {}): Promise<void> {
  const part = `${path}.part`;
  await makeFolder(dirname(path));
  for (let failures = 0, got = await sizeOf(part); ;) {
    try {
      await fetchRest(file, part, options);
      break;
    } catch (error) {
      options.signal?.throwIfAborted();
      const now = await sizeOf(part);
      failures = now > got ? 1 : failures + 1;
      got = now;
      if (failures >= TRIES || error instanceof Refused) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** failures, undefined, { signal: options.signal });
    }
  }
  try {
    const md5 = await md5Of(part);
    if (md5 !== file.md5) {
      await rm(part, { force: true });
      throw new Error(`the file that ${file.url} gives has the MD5 ${md5}, but must have ${file.md5}`);
    }
    await rename(part, path);
  } catch (error) {
    if ((await sizeOf(path)) !== file.bytes) throw error; // Else another process was there first.
  }
}

/** Hex MD5 of a file, read in pieces. */
async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** An answer that will not be another one the next time. */
class Refused extends Error {}

async function fetchRest(
  { url, bytes }: RemoteFile,
  part: string,
  { onProgress, signal }: DownloadOptions,
): Promise<void> {
  let position = await sizeOf(part);
  if (position > bytes) {
    await rm(part, { force: true });
    position = 0;
  }
  if (position === bytes) return;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`nothing came for ${STALLED_MS / 1000} s`)), STALLED_MS);
  const headers: Record<string, string> = position > 0 ? { range: `bytes=${position}-` } : {};
  let target: FileHandle | undefined;
  try {
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])]),
    });
    if (!response.ok || response.body === null) throw refusal(response.status);
    position = startOf(response, position);
    // Neither cuts off what is there, nor moves every write to the end.
    target = await open(part, constants.O_WRONLY | constants.O_CREAT);
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      timer.refresh();
      if (position + piece.length > bytes) throw new Refused(`the file is larger than ${bytes} bytes`);
      await target.write(piece, 0, piece.length, position);
      position += piece.length;
      onProgress?.(position);
    }
    if (position < bytes) throw new Error(`the connection ended after ${position} of ${bytes} bytes`);
  } finally {
    clearTimeout(timer);
    await target?.close();
  }
}

/** Where the answer's bytes begin: a server without ranges begins anew. */
function startOf(response: Response, asked: number): number {
  if (response.status !== 206) return 0;
  const begin = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (Number(begin) !== asked)
    throw new Refused(`the server gives bytes from ${begin ?? 'nowhere'} on instead of ${asked}`);
  return asked;
}

function refusal(status: number): Error {
  const message = `the server answers ${status}`;
  return status >= 500 || status === 408 || status === 429 ? new Error(message) : new Refused(message);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
