import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import type { Request, RequestHandler, Response } from 'express';
import type { DataSource } from 'typeorm';

import { Image } from '../entities/index.js';
import { systemCode, WinnowError } from '../errors.js';
import { decodeId } from '../schema/ids.js';

/**
 * GET /pictures/:image: the letterboxed square that the network saw, a JPEG, by image id and never by path.
 * The bytes of an id never change, so a browser may keep them for good.
 * @param squareOf the file of an image's square, from its SHA-256 as 64 hex digits
 * @throws WinnowError BAD_INPUT for what is no image id; NOT_FOUND when the image or its square is not there
 */
export function pictures(dataSource: DataSource, squareOf: (sha256: string) => string): RequestHandler {
  return async (request: Request, response: Response) => {
    const id = decodeId('image', String(request.params.image), 'image');
    const image = await dataSource.getRepository(Image).findOneBy({ id });
    if (image === null) throw new WinnowError('NOT_FOUND', 'image: there is no image with this id.');
    const path = squareOf(image.sha256);
    const bytes = await size(path);
    const tag = `"${image.sha256}"`;
    response.set({
      'Content-Type': 'image/jpeg',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'",
      'Cache-Control': 'private, max-age=31536000, immutable',
      ETag: tag,
    });
    if (request.headers['if-none-match']?.includes(tag)) return void response.status(304).end();
    response.set('Content-Length', String(bytes));
    if (request.method === 'HEAD') return void response.end();
    await pipeline(createReadStream(path), response).catch((error: unknown) => {
      if (systemCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // the client went away
    });
  };
}

async function size(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new WinnowError(
      'NOT_FOUND',
      'image: its square has not been made yet. Start a RESIZE run on its collection first.',
      { cause: error },
    );
  }
}
