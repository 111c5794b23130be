import { ask } from '../api/client';
import { skipTiles, tiles } from '../api/documents';
import type { TilesQueryVariables } from '../api/documents';
import type { Segment } from './sequence';

export type ImagesAsked = Omit<TilesQueryVariables, 'first' | 'after' | 'scored'>;

/** The pictures that a query gives, so many. */
export function segment(asked: ImagesAsked, count: number): Segment {
  return {
    count,
    read: async (first, after, signal) => {
      const { images } = await ask(tiles, { ...asked, first, after, scored: asked.model != null }, signal);
      return { tiles: images.edges.map(({ node }) => node), end: images.pageInfo.endCursor };
    },
    skip: async (first, after, signal) =>
      (await ask(skipTiles, { ...asked, first, after }, signal)).images.pageInfo.endCursor,
  };
}
