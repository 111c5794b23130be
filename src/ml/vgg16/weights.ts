import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { WinnowError } from '../../errors.js';
import type { Place } from '../backbones/definition.js';
import { logToStderr } from '../../log.js';
import { download, type RemoteFile } from '../download.js';

const NAME = 'vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5';

/** As keras.applications publishes it. */
export const OFFICIAL: RemoteFile = {
  url: `https://storage.googleapis.com/tensorflow/keras-applications/vgg16/${NAME}`,
  bytes: 58_889_256,
  md5: '6d6bbae143d832006294945121d1f1fc',
};

/** Hashes by path, size and time of change: a file is read for its hash once in a process. */
const known = new Map<string, Hashes>();

/** Hex. */
interface Hashes {
  readonly sha256: string;
  readonly md5: string;
}

/**
 * The .h5 file of VGG16: the one that WINNOW_VGG16_WEIGHTS names, else the official one below WINNOW_HOME, which is
 * downloaded first when it is not there. A file that one names oneself may hold other weights of the same network.
 * @returns its path and hex SHA-256.
 * @throws WinnowError WEIGHTS_MISSING that says where to put the file, and what to do without it.
 */
export async function findWeights(place: Place, remote = OFFICIAL): Promise<{ path: string; sha256: string }> {
  const path = pathOf(place);
  const there = await hashesOf(path);
  if (there !== undefined) {
    if (place.vgg16Weights == null && there.md5 !== remote.md5) throw another(path, there.md5, remote);
    return { path, sha256: there.sha256 };
  }
  if (place.vgg16Weights != null) throw notThere(path);
  try {
    await download(remote, path, { onProgress: announce(remote) });
  } catch (cause) {
    throw new WinnowError(
      'WEIGHTS_MISSING',
      `The weights of vgg16 cannot be downloaded: ${reasonOf(cause)}. Fetch ${remote.url} (${remote.bytes} bytes, MD5 ${remote.md5}) on another machine ` +
        `and put it at ${path}, or set WINNOW_VGG16_WEIGHTS to where it is. Or use the backbone mobilenet-v3, whose weights are installed already.`,
      { cause },
    );
  }
  return { path, sha256: (await hashesOf(path))!.sha256 };
}

/**
 * Size of that file in bytes, where it is there already.
 * @throws WinnowError WEIGHTS_MISSING when it is not, or not yet.
 */
export async function sizeOfWeights(place: Place): Promise<number> {
  const path = pathOf(place);
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined) return there.size;
  if (place.vgg16Weights != null) throw notThere(path);
  const message = `The weights of vgg16 are downloaded at its first use, from ${OFFICIAL.url} to ${path}; they can also be put there by hand.`;
  throw new WinnowError('WEIGHTS_MISSING', message);
}

function pathOf({ vgg16Weights, home }: Place): string {
  return vgg16Weights ?? join(home, 'backbones', NAME);
}

function another(path: string, md5: string, remote: RemoteFile): WinnowError {
  const message = `${path} must be ${remote.url} with the MD5 ${remote.md5}, but has ${md5}. Remove it, or name it in WINNOW_VGG16_WEIGHTS if these weights are meant.`;
  return new WinnowError('WEIGHTS_MISSING', message);
}

function notThere(path: string): WinnowError {
  const message = `WINNOW_VGG16_WEIGHTS is ${path}, but there is no such file that can be read.`;
  return new WinnowError('WEIGHTS_MISSING', message);
}

/** Logs the progress of a download at every tenth of it. */
function announce({ url, bytes }: RemoteFile): (done: number) => void {
  let tenths = -1;
  return (done) => {
    const now = Math.floor((10 * done) / bytes);
    if (now <= tenths) return;
    tenths = now;
    logToStderr('downloading weights', { url, percent: 10 * now, bytes });
  };
}

/** Undefined when there is no file to read. */
async function hashesOf(path: string): Promise<Hashes | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    const key = `${path} ${size} ${mtimeMs}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const [sha256, md5] = [createHash('sha256'), createHash('md5')];
    for await (const piece of createReadStream(path)) [sha256, md5].forEach((hash) => hash.update(piece as Buffer));
    const hashes = { sha256: sha256.digest('hex'), md5: md5.digest('hex') };
    known.set(key, hashes);
    return hashes;
  } catch {
    return undefined;
  }
}

/** fetch() hides why a connection failed in the cause. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || String((inner as { code?: unknown }).code) : String(inner);
}
