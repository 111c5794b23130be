import { imageSpans } from '../catalog/features.js';
import type { Retry } from '../catalog/retries.js';
import { rows, type Db } from '../db.js';
import type { Plan, RunInHand } from './stage.js';

/** A range of image ids of a collection, both ends in it, with how many images of it are meant: all, or those to retry. */
export interface Span {
  first: number;
  last: number;
  images: number;
  retry?: Retry;
}

/** Every image of the collection, or those of it to retry, cut into chunks of `size` images. */
export async function planSpans(
  db: Db,
  { collectionId, retry, spanImages }: Pick<RunInHand<unknown>, 'collectionId' | 'retry' | 'spanImages'>,
  size: number,
): Promise<Plan<Span>> {
  const chunks = await imageSpans(db, collectionId, spanImages ?? size, retry ?? undefined);
  return { total: chunks.reduce((total, { images }) => total + images, 0), chunks };
}

/** What the first chunk of a run covers, with what its stage wrote beside it; null when it has none. */
export async function firstSpan<Chunk extends object>(db: Db, runId: number): Promise<Chunk | null> {
  const [chunk] = await rows<{ span: Chunk }>(
    db,
    'select span from winnow.run_chunks where run_id = $1 order by number limit 1',
    [runId],
  );
  return chunk?.span ?? null;
}
