import { stat } from 'node:fs/promises';

import type { NewFailure } from '../catalog/failures.js';
import { imagesInSpan } from '../catalog/features.js';
import { isFailure, systemCode, WinnowError } from '../errors.js';
import { parseLetterbox, type LetterboxSpec } from '../images/letterbox.js';
import { squarePath } from '../images/storage.js';
import { recordImageFailures } from './image-failures.js';
import { readOptions } from './options.js';
import { inBatches, mapConcurrent } from './pipeline.js';
import { planSpans, type Span } from './spans.js';
import { makeSquare, type Picture } from './squares.js';
import type { Stage } from './stage.js';

const SPAN_IMAGES = 4096;
/** Images in one transaction, or as many as got ready in this time. */
const STEP = 256;
const STEP_MS = 500;

type Given = { [K in keyof LetterboxSpec]: unknown };
const asGiven = (value: unknown) => value;

/** Letterboxes the images of a collection that have no square of this kind yet. */
export const resize: Stage<LetterboxSpec, Span> = {
  retries: true,
  parse: (input) => parseLetterbox(readOptions<Given>(input, { size: asGiven, position: asGiven, pad: asGiven })),

  plan: (run, tx) => planSpans(tx, run, SPAN_IMAGES),

  async work({ dataSource, config, collectionId, options, id }, chunk) {
    const { span, signal, startedAt } = chunk;
    await chunk.restart();
    const squareOf = async (picture: Picture): Promise<'made' | 'there' | NewFailure> => {
      try {
        const madeAt = await modifiedAt(squarePath(config.home, options, picture.sha256));
        // A square younger than the run was made by it, before it was interrupted.
        if (madeAt !== null) return madeAt >= startedAt ? 'made' : 'there';
        await makeSquare(picture, options, config);
        return 'made';
      } catch (error) {
        if (!isFailure(error)) throw error;
        return { imageId: picture.imageId, code: error.code, message: error.message };
      }
    };
    const pictures = await imagesInSpan(dataSource, collectionId, span);
    const results = mapConcurrent(pictures, Math.max(4, config.threads * 2), squareOf, signal);
    for await (const batch of inBatches(results, STEP, STEP_MS)) {
      const failures = batch.filter((result) => typeof result === 'object');
      const done = batch.filter((result) => result === 'made').length;
      const skipped = batch.length - done - failures.length;
      await chunk.advance({ done, skipped, failed: failures.length }, (tx) =>
        recordImageFailures(tx, id, 'RESIZE', failures),
      );
    }
    const { done, failed } = chunk.counted;
    await chunk.settle({ done, failed, skipped: span.images - done - failed });
  },

  finish: () => Promise.resolve({}),
};

async function modifiedAt(path: string): Promise<Date | null> {
  try {
    return (await stat(path)).mtime;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw new WinnowError('UNREADABLE', `The stored square ${path} cannot be read: ${systemCode(error)}.`, {
      cause: error,
    });
  }
}
