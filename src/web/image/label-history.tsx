import type { Collection } from '../state/catalog';
import { useKeys } from '../state/keys';
import { label, labelOf, undoOne } from '../state/labelling';
import { tell } from '../state/notices';
import { dateTime } from '../words';
import type { ImageFacts } from './image';
import { Card } from './image';

const ORIGINS = { HAND: 'by hand', FOLDER: 'by its folder', IMPORT: 'from a file' } as const;

/** The label: which it is, to give another one, and all that it was. */
export function LabelHistory({ image, collection }: { image: ImageFacts; collection: Collection }) {
  const given = labelOf(image);
  const give = (value: 'POSITIVE' | 'NEGATIVE'): void => label(collection.id, [image], value);
  const takeBack = (): void => {
    if (!undoOne(image)) tell('Nothing to undo: it was not labelled here.');
  };
  useKeys('This image', [
    { keys: ['1'], does: 'label it positive', run: () => give('POSITIVE') },
    { keys: ['0'], does: 'label it negative', run: () => give('NEGATIVE') },
    { keys: ['z'], does: 'undo its last label', run: takeBack },
  ]);
  return (
    <Card title="Label">
      {collection.question && <p>{collection.question}</p>}
      <div class="actions">
        <button type="button" class="button" aria-pressed={given === 'POSITIVE'} onClick={() => give('POSITIVE')}>
          Positive <kbd>1</kbd>
        </button>
        <button type="button" class="button" aria-pressed={given === 'NEGATIVE'} onClick={() => give('NEGATIVE')}>
          Negative <kbd>0</kbd>
        </button>
        <button type="button" class="button button-quiet" onClick={takeBack}>
          Undo <kbd>z</kbd>
        </button>
      </div>
      {image.labelHistory.length === 0 && <p class="quiet">Nobody has labelled it.</p>}
      <ol class="plain-list">
        {image.labelHistory.map((record) => (
          <li key={`${record.createdAt} ${record.collection.name}`} class={record.supersededAt ? 'quiet' : ''}>
            <strong>{record.value.toLowerCase()}</strong> in {record.collection.name}, {ORIGINS[record.origin]}, by{' '}
            {record.who}, {dateTime(record.createdAt)}
            {record.supersededAt && `; until ${dateTime(record.supersededAt)}, by ${record.supersededBy ?? 'nobody'}`}
          </li>
        ))}
      </ol>
    </Card>
  );
}
