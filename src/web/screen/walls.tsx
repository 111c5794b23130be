import { useMemo } from 'preact/hooks';

import { setCounts } from '../api/documents';
import { useAddress, useOpenImage } from '../state/address';
import type { Collection, Model } from '../state/catalog';
import { useKeys } from '../state/keys';
import { label, labelOf, undo, undoOne } from '../state/labelling';
import { tell } from '../state/notices';
import { useQuery } from '../state/query';
import type { Tile } from '../wall/sequence';
import { Wall } from '../wall/wall';
import type { TileView } from '../wall/wall';
import { baseName, counted, score } from '../words';
import { columnsOf, SHOWN } from './columns';
import type { Shown } from './columns';
import type { Curve } from './curve';
import { verdictOf, VerdictTile } from './verdict-tile';

interface Props {
  collection: Collection;
  model: Model;
  curve: Curve;
  /** Where the walls begin. */
  threshold: number;
  inForce: number;
}

const TITLES: Readonly<Record<Shown, string>> = {
  around: 'At the threshold',
  sets: 'All',
  flips: 'Only flips',
};

/** The pictures below the threshold on the left and those above on the right, as on the histogram. */
export function Walls({ collection, model, curve, threshold, inForce }: Props) {
  const { query, set } = useAddress();
  const open = useOpenImage();
  const shown = SHOWN.find((one) => one === query.show) ?? 'around';
  // A wall stays as it is while one labels; it is made anew when the threshold moves or the scores are others.
  const scores = curve.above(0);
  const { data } = useQuery(setCounts, shown === 'sets' ? { model: model.id } : null);
  const sets = useMemo(() => data && { ok: data.ok.totalCount!, ng: data.ng.totalCount! }, [data]);
  const columns = useMemo(
    () => columnsOf(shown, { model: model.id, curve, threshold, inForce, sets }),
    [shown, model.id, threshold, shown === 'around' ? null : inForce, scores, sets],
  );
  const takeBack = (): void => {
    const images = undo();
    tell(images.length === 0 ? 'Nothing to undo.' : `Undone: the label of ${counted(images.length, 'picture')}.`);
  };
  useKeys('Pictures', [
    { keys: ['Enter', ' '], does: 'correct the picture, or take that back' },
    { keys: ['1', '0'], does: 'label it positive, negative' },
    { keys: ['z'], does: 'undo the last label', run: takeBack },
    { keys: ['i'], does: 'all about the picture' },
    { keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], does: 'go to another picture' },
  ]);

  const correct = (tile: Tile): void => {
    if (undoOne(tile)) return;
    const value = verdictOf(tile, threshold) === 'OK' ? 'NEGATIVE' : 'POSITIVE';
    label(collection.id, [tile], value);
    tell(`${baseName(tile.uri)}: ${value === 'POSITIVE' ? 'positive' : 'negative'}.`, 'DONE', {
      text: 'Undo',
      run: takeBack,
    });
  };
  const onKey = (tile: Tile, _index: number, { key }: KeyboardEvent): boolean => {
    if (key === 'i') open(tile);
    else if (key === '1' || key === '0') label(collection.id, [tile], key === '1' ? 'POSITIVE' : 'NEGATIVE');
    else return false;
    return true;
  };
  const renderTile =
    (side: 'OK' | 'NG') =>
    ({ tile, side: size }: TileView) => ({
      content: tile ? (
        <VerdictTile tile={tile} side={size} threshold={threshold} />
      ) : (
        <span class="tile-picture" style={{ height: `${size}px` }} />
      ),
      label: tile === undefined ? 'Loading' : describe(tile, threshold),
      class: tile !== undefined && verdictOf(tile, threshold) !== side ? 'tile-against' : '',
    });

  return (
    <>
      <div class="walls-bar">
        <nav class="segmented" aria-label="Which pictures">
          {SHOWN.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={shown === one}
              onClick={() => set({ show: one === 'around' ? null : one }, { step: true })}
            >
              {TITLES[one]}
            </button>
          ))}
        </nav>
        <p class="quiet walls-hint">A click corrects a picture: the label decides from then on.</p>
      </div>
      <div class={`walls walls-${columns.length}`}>
        {columns.map(({ side, title, note, empty, sequence }) => (
          <section key={side} class={`wall-column wall-${side.toLowerCase()}`} aria-label={title}>
            <h2 class="wall-title">
              <span>{title}</span>
              <span class="quiet">{note}</span>
            </h2>
            <Wall
              label={title}
              sequence={sequence}
              tileSide={104}
              captionHeight={20}
              renderTile={renderTile(side)}
              onPick={correct}
              onOpen={open}
              onKey={onKey}
              empty={<p>{empty}</p>}
            />
          </section>
        ))}
      </div>
    </>
  );
}

function describe(tile: Tile, threshold: number): string {
  const given = labelOf(tile);
  const labelled = given === null ? '' : `, labelled ${given.toLowerCase()}`;
  return `${baseName(tile.uri)}, ${score(tile.score)} ${verdictOf(tile, threshold)}${labelled}`;
}
