import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { finished } from 'node:stream/promises';

import type { Request, RequestHandler, Response } from 'express';

import { sourcesOf } from '../catalog/batches.js';
import type { Config } from '../config.js';
import { Image } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { sniffFormat } from '../images/formats.js';
import type { ImageFormat } from '../images/formats.js';
import { readFileBytes } from '../images/read.js';
import { decodeId } from '../schema/ids.js';
import type { HttpServices } from './server.js';

/** What browsers show, and as what. */
const TYPES: Partial<Record<ImageFormat, string>> = {
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  WEBP: 'image/webp',
  GIF: 'image/gif',
  AVIF: 'image/avif',
};
/** A file is held whole, since what it hashes to is known only at its end. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Files held at a time; who comes later waits. */
const AT_A_TIME = 4;
/** Milliseconds that a client may take for one. */
const PATIENCE = 30_000;
/** Sources that are tried. */
const MOST_SOURCES = 20;

/**
 * GET /pictures/:image/original: the file itself, by image id and never by path. A source is served only where it still is inside the
 * folders that the server may use and still holds the bytes that the image is known by. Those bytes are somebody else's: their
 * type is told by them alone, and a browser that is made to open one gives it no rights.
 * @throws WinnowError BAD_INPUT for what is no image id; NOT_FOUND where there is no such image, file or way to show it
 */
export function originals(config: Config, { dataSource, allowedPath }: HttpServices): RequestHandler {
  const turn = turns(AT_A_TIME);
  const limits = { ...config.limits, bytes: Math.min(config.limits.bytes, MOST_BYTES) };

  /** The bytes of the first source that still holds them. */
  const read = async ({ id, sha256 }: Image): Promise<Buffer> => {
    const [sources] = await sourcesOf(dataSource, [{ of: id, first: MOST_SOURCES }]);
    for (const { uri } of sources) {
      if (!isAbsolute(uri)) continue;
      const bytes = await allowedPath(uri)
        .then((path) => readFileBytes(path, limits))
        .catch((error: unknown) => {
          if (error instanceof WinnowError) return null; // not there, not allowed, too large: another source may do
          throw error;
        });
      if (bytes !== null && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
    }
    throw new WinnowError(
      'NOT_FOUND',
      'image: none of its sources holds it any more, inside the folders of WINNOW_ROOTS and within 64 MB.',
    );
  };

  return async (request: Request, response: Response) => {
    const id = decodeId('image', String(request.params.image), 'image');
    const image = await dataSource.getRepository(Image).findOneBy({ id });
    if (image === null) throw new WinnowError('NOT_FOUND', 'image: there is no image with this id.');
    if (TYPES[image.format] === undefined) {
      throw new WinnowError(
        'NOT_FOUND',
        `image: browsers do not show ${image.format}; its square is at /pictures/:image.`,
      );
    }
    const caching = { 'Cache-Control': 'private, max-age=31536000, immutable', ETag: `"${image.sha256}"` };
    if (request.headers['if-none-match']?.includes(caching.ETag)) return void response.set(caching).status(304).end();
    await turn(async () => {
      if (response.destroyed) return;
      const bytes = await read(image);
      response.set({
        ...caching,
        'Content-Type': TYPES[sniffFormat(bytes)] ?? 'application/octet-stream',
        'Content-Length': String(bytes.length),
        'Content-Disposition': 'inline',
        'X-Content-Type-Options': 'nosniff',
        'Content-Security-Policy': "default-src 'none'; sandbox",
        'Cross-Origin-Resource-Policy': 'same-origin',
      });
      response.setTimeout(PATIENCE, () => response.destroy());
      response.end(request.method === 'HEAD' ? undefined : bytes);
      await finished(response).catch(() => undefined); // the client went away, or was too slow
    });
  };
}

/** Lets so many at a time do something, the others in the order in which they came. */
function turns(most: number): <Result>(action: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let active = 0;
  return async (action) => {
    if (active >= most) await new Promise<void>((go) => waiting.push(go));
    else active += 1;
    try {
      return await action();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else active -= 1;
    }
  };
}
