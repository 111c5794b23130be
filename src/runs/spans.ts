import { imageSpans } from '../catalog/features.js';
import type { Db } from '../db.js';
import type { Plan } from './stage.js';

/** A range of image ids of a collection, both ends in it, with how many of the collection's images it holds. */
export interface Span {
  first: number;
  last: number;
  images: number;
}

/** Every image of the collection, cut into chunks of `size` images. */
export async function planSpans(db: Db, collectionId: number, size: number): Promise<Plan<Span>> {
  const chunks = await imageSpans(db, collectionId, size);
  return { total: chunks.reduce((total, { images }) => total + images, 0), chunks };
}
