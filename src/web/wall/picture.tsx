import type { Tile } from './sequence';

/**
 * The square that the network saw, without the empty part: the picture lies in its top left corner, so what lies outside of the
 * picture's own shape is cut off. `side` is that of the room it has, in CSS pixels.
 */
export function Picture({ tile, side }: { tile: Pick<Tile, 'id' | 'picture' | 'width' | 'height'>; side: number }) {
  const { width, height } = tile;
  const longest = Math.max(width, height);
  // A pixel less, since the picture's edge blends into the empty part.
  const shape = { width: `${(side * width) / longest - 1}px`, height: `${(side * height) / longest - 1}px` };
  return (
    <span class="picture" style={shape}>
      <img
        key={tile.id}
        src={tile.picture}
        alt=""
        width={side}
        height={side}
        decoding="async"
        draggable={false}
        onError={({ currentTarget }) => (currentTarget.parentElement!.dataset.missing = 'not resized yet')}
      />
    </span>
  );
}
