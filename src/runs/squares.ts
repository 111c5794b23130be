import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';

import type { Config } from '../config.js';
import { isFailure, systemCode, WinnowError } from '../errors.js';
import { decodeSquare, letterbox, type LetterboxSpec } from '../images/letterbox.js';
import type { PictureSize } from '../images/decoder.js';
import { readFileBytes } from '../images/read.js';
import { squarePath, squareWorkshop, writeAtomically } from '../images/storage.js';

/** An image and where its bytes may be found. */
export interface Picture {
  imageId: number;
  sha256: string;
  uris: string[];
  /** Pixels, upright, where the catalog has been asked for it: saves reading it from the bytes. */
  size?: PictureSize;
}

/**
 * Makes an image's square out of its first source that still holds the same bytes, and stores it.
 * @returns the square, a JPEG of spec.size x spec.size pixels.
 * @throws WinnowError NO_SOURCE, CHANGED, or the image's own failure.
 */
export async function makeSquare(picture: Picture, spec: LetterboxSpec, config: Config): Promise<Buffer> {
  const original = await readOriginal(picture, config.limits);
  const jpeg = await letterbox(original, spec, config.limits, picture.size);
  await writeAtomically(squarePath(config.home, spec, picture.sha256), jpeg, squareWorkshop(config.home));
  return jpeg;
}

/**
 * What the network sees of an image: its stored square decoded, made first when it is missing or damaged.
 * @returns spec.size x spec.size x 3 bytes, RGB.
 */
export async function readSquare(picture: Picture, spec: LetterboxSpec, config: Config): Promise<Uint8Array> {
  const path = squarePath(config.home, spec, picture.sha256);
  const stored = await readFile(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw new WinnowError('UNREADABLE', `The stored square ${path} cannot be read: ${systemCode(error)}.`, {
      cause: error,
    });
  });
  if (stored !== null) {
    try {
      return await decodeSquare(stored, spec.size);
    } catch {
      await rm(path, { force: true });
    }
  }
  return decodeSquare(await makeSquare(picture, spec, config), spec.size);
}

async function readOriginal({ sha256, uris }: Picture, limits: Config['limits']): Promise<Buffer> {
  const tried: string[] = [];
  let changed = false;
  for (const uri of uris) {
    try {
      const bytes = await readFileBytes(uri, limits);
      if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
      changed = true;
      tried.push(`${uri}: it holds other bytes now.`);
    } catch (error) {
      if (!isFailure(error)) throw error;
      tried.push(`${uri}: ${error.message}`);
    }
  }
  if (changed) throw new WinnowError('CHANGED', `${tried.join(' ')} Ingest again to take the new file in.`);
  throw new WinnowError('NO_SOURCE', `The image can be read from nowhere. ${tried.join(' ') || 'No source is left.'}`);
}
