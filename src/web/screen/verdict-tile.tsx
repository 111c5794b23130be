import { Icon } from '../shell/icons';
import { labelOf } from '../state/labelling';
import { Picture } from '../wall/picture';
import type { Tile } from '../wall/sequence';
import { score } from '../words';

/** The label if there is one, else whether the score reaches the threshold that is looked at. */
export function verdictOf(tile: Tile, threshold: number): 'OK' | 'NG' {
  const given = labelOf(tile);
  if (given !== null) return given === 'POSITIVE' ? 'OK' : 'NG';
  // Scores are 32-bit floats: so the threshold has to be for the comparison, as it is in the catalog.
  return (tile.score ?? 0) >= Math.fround(threshold) ? 'OK' : 'NG';
}

/** A picture with its score, verdict and label. */
export function VerdictTile({ tile, side, threshold }: { tile: Tile; side: number; threshold: number }) {
  const given = labelOf(tile);
  const verdict = verdictOf(tile, threshold);
  return (
    <>
      <span class="tile-picture" style={{ height: `${side}px` }}>
        <Picture tile={tile} side={side} />
        {given && (
          <span class={`mark mark-${given.toLowerCase()}`}>
            <Icon name={given === 'POSITIVE' ? 'check' : 'cross'} />
          </span>
        )}
      </span>
      <span class="tile-caption">
        <span>{score(tile.score)}</span> <span class={`verdict verdict-${verdict.toLowerCase()}`}>{verdict}</span>
      </span>
    </>
  );
}
