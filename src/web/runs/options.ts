import type { Stage } from '../api/documents';
import type { Collection } from '../state/catalog';
import type { Field } from './fields';

export interface Backbone {
  readonly name: string;
  readonly network: string;
  readonly missing: string | null;
}

const COLLECTION: Field = {
  name: 'collectionName',
  label: 'Collection',
  kind: 'text',
  required: true,
  help: 'The name of the set of pictures; a new name makes a new collection.',
};
const PATHS: Field = {
  name: 'paths',
  label: 'Folders of pictures',
  kind: 'paths',
  placeholder: '/home/me/scraped',
  help: 'As the server sees them, one a line. All that is below is searched.',
};
const LABELS: readonly Field[] = [
  {
    name: 'positive',
    label: 'Folders of positive examples',
    kind: 'paths',
    help: 'Their pictures are ingested and labelled positive.',
    advanced: true,
  },
  {
    name: 'negative',
    label: 'Folders of negative examples',
    kind: 'paths',
    help: 'Their pictures are ingested and labelled negative.',
    advanced: true,
  },
  {
    name: 'labelsFile',
    label: 'File of labels',
    kind: 'path',
    placeholder: '/home/me/labels.csv',
    help: 'A CSV file with the columns path,label or sha256,label.',
    advanced: true,
  },
  {
    name: 'labelsByFolder',
    label: "The folder's name is the label",
    kind: 'check',
    help: 'positive, ok, good, yes, 1 against negative, ng, bad, no, 0.',
    advanced: true,
  },
];

/** The fields of a stage, or of all stages in one go. */
export function fieldsOf(
  stage: Stage | 'ALL',
  { backbones, models }: { backbones: readonly Backbone[]; models: readonly { id: string; number: number }[] },
): readonly Field[] {
  const backbone: Field = {
    name: 'backbone',
    label: 'Network',
    kind: 'choice',
    advanced: true,
    options: backbones.map(({ name, missing }) => ({
      value: name,
      text: missing === null ? name : `${name} (missing)`,
    })),
  };
  const model: Field = {
    name: 'model',
    label: 'Model',
    kind: 'choice',
    options: [
      { value: '', text: 'The one in force when it starts' },
      ...models.map(({ id, number }) => ({ value: id, text: `v${number}` })),
    ],
  };
  switch (stage) {
    case 'ALL':
      return [
        COLLECTION,
        { ...PATHS, help: `${PATHS.help} Left empty: the pictures that are there already.` },
        ...LABELS,
      ];
    case 'INGEST':
      return [COLLECTION, PATHS, ...LABELS];
    case 'RESIZE':
      return [
        {
          name: 'size',
          label: 'Side of the square',
          kind: 'number',
          min: 1,
          whole: true,
          placeholder: '224',
          advanced: true,
        },
        {
          name: 'position',
          label: 'Where the picture lies',
          kind: 'choice',
          advanced: true,
          options: [
            { value: 'TOP_LEFT', text: 'In the top left corner' },
            { value: 'CENTRE', text: 'In the middle' },
          ],
        },
        { name: 'pad', label: 'Colour of the rest', kind: 'text', placeholder: '#000000', advanced: true },
      ];
    case 'EMBED':
      return [backbone];
    case 'TRAIN':
      return [
        {
          name: 'head',
          label: 'What to train',
          kind: 'choice',
          options: [
            { value: 'LINEAR', text: 'Linear: right for hundreds of labels' },
            { value: 'MLP', text: 'Hidden layer of 2,048: for thousands of labels' },
          ],
        },
        backbone,
        {
          name: 'epochs',
          label: 'Epochs at most',
          kind: 'number',
          min: 1,
          whole: true,
          placeholder: '100',
          advanced: true,
        },
        {
          name: 'batchSize',
          label: 'Labels in one step',
          kind: 'number',
          min: 1,
          whole: true,
          placeholder: '32',
          advanced: true,
        },
        {
          name: 'learningRate',
          label: 'Learning rate',
          kind: 'number',
          min: 0,
          placeholder: 'by head',
          advanced: true,
        },
        {
          name: 'l2',
          label: 'Penalty on weights (L2)',
          kind: 'number',
          min: 0,
          placeholder: 'by head',
          advanced: true,
        },
        {
          name: 'patience',
          label: 'Epochs without improvement',
          kind: 'number',
          min: 0,
          whole: true,
          placeholder: 'by head',
          advanced: true,
        },
        {
          name: 'validationShare',
          label: 'Share held out',
          kind: 'number',
          min: 0.05,
          max: 0.5,
          placeholder: '0.2',
          advanced: true,
        },
        { name: 'seed', label: 'Seed', kind: 'number', min: 0, whole: true, placeholder: '1', advanced: true },
      ];
    case 'CLASSIFY':
      return [
        {
          name: 'mode',
          label: 'Which pictures',
          kind: 'choice',
          options: [
            { value: 'ALL', text: 'All' },
            { value: 'MISSING', text: 'Those without a score' },
          ],
        },
        model,
      ];
    case 'EXPORT':
      return [
        {
          name: 'directory',
          label: 'Folder for ok/ and ng/',
          kind: 'path',
          required: true,
          placeholder: '/home/me/screened',
          help: 'As the server sees it. It is made when it is not there.',
        },
        {
          name: 'mode',
          label: 'How the files get there',
          kind: 'choice',
          options: [
            { value: 'COPY', text: 'Copied' },
            { value: 'HARDLINK', text: 'Hard links: no space, same disk' },
            { value: 'SYMLINK', text: 'Symbolic links' },
            { value: 'MOVE', text: 'Moved; can be undone' },
          ],
        },
        { ...model, advanced: true },
        {
          name: 'threshold',
          label: 'Threshold',
          kind: 'number',
          min: 0,
          max: 1,
          placeholder: 'the one in force',
          advanced: true,
        },
      ];
  }
}

/** Why a stage cannot be started yet, and what to do; null where it can. */
export function obstacle(stage: Stage | 'ALL', collection: Collection | null): string | null {
  if (stage === 'ALL' || stage === 'INGEST') return null;
  if (collection === null || collection.imageCount === 0) return 'There are no pictures yet: ingest some first.';
  const { positive, negative } = collection.labelCounts;
  if (stage === 'TRAIN' && (positive === 0 || negative === 0)) {
    return `It needs labels of both kinds, and there are ${positive} positive and ${negative} negative ones: label some first.`;
  }
  return null;
}
