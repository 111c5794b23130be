import { createHash } from 'node:crypto';
import { constants, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import type { Config } from '../config.js';
import { WinnowError } from '../errors.js';
import type { ImageHeader } from './decoder.js';
import { decodeImage } from './decoder.js';
import { fileFailure } from './file-failure.js';
import { perceptualHash } from './phash.js';

export interface ImageFacts extends ImageHeader {
  /** 64 hexadecimal digits. */
  sha256: string;
  bytes: number;
  /** Signed 64 bits. */
  phash: bigint;
}

/** Transparency is laid on mid grey for the hash: black and white drawings on it both stay visible. */
const HASH_BACKGROUND = '#808080';

/**
 * All bytes of a file, read once. Opens without waiting, so that a FIFO cannot hold it up, and reads no more than
 * `limits.bytes`.
 * @throws WinnowError EMPTY_FILE, TOO_MANY_BYTES, CHANGED (while it was read), NOT_A_FILE, VANISHED, UNREADABLE.
 */
export async function readFileBytes(path: string, limits: Config['limits']): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat();
    if (!stats.isFile())
      throw new WinnowError('NOT_A_FILE', 'Expected a file, but this is a folder, pipe, socket or device.');
    if (stats.size === 0) throw new WinnowError('EMPTY_FILE', 'The file is empty (0 bytes).');
    if (stats.size > limits.bytes) {
      throw new WinnowError(
        'TOO_MANY_BYTES',
        `The file has ${stats.size} bytes; the limit is ${limits.bytes} (WINNOW_MAX_BYTES).`,
      );
    }
    return await readExactly(handle, stats.size);
  } catch (error) {
    throw fileFailure(error);
  } finally {
    await handle?.close();
  }
}

/**
 * Facts of one image. Every pixel of the first frame is decoded, small (JPEG shrinks while it decodes), so that a
 * truncated or corrupt file is found here and not later.
 * @throws WinnowError as decodeImage() does
 */
export async function inspect(bytes: Buffer, limits: Config['limits']): Promise<ImageFacts> {
  const { header, phash } = await decodeImage(bytes, limits, HASH_BACKGROUND, async (image, header) => ({
    header,
    phash: await perceptualHash(image),
  }));
  return { ...header, phash, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Reads `size` bytes, having asked for one more: a file that gives it has grown. */
async function readExactly(handle: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length >= size) break;
  }
  if (length !== size) {
    const now = length > size ? 'more' : `only ${length}`;
    throw new WinnowError(
      'CHANGED',
      `The file changed while it was read: it had ${size} bytes, then ${now}. Ingest again.`,
    );
  }
  return buffer.subarray(0, size);
}
