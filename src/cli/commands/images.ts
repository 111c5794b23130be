import { modelByNumber, type ModelChoice } from '../../catalog/models.js';
import { scorePage } from '../../catalog/page.js';
import { collectionToList, nothingLines } from '../collection.js';
import { constant } from '../flags.js';
import type { CommonFlags } from '../flags.js';
import { WinnowError } from '../../errors.js';
import { tableLines } from '../format.js';
import { print } from '../output.js';
import { withDatabase } from '../session.js';
import { decodeCursor, encodeCursor } from '../../schema/cursors.js';

export interface ImagesFlags extends CommonFlags {
  model: ModelChoice;
  min: number;
  max: number;
  order: string;
  first: number;
  after?: string;
}

/** `winnow images`: one page of images by score, and the cursor of the next one. */
export async function listImages(flags: ImagesFlags): Promise<void> {
  if (flags.min > flags.max) {
    throw new WinnowError(
      'BAD_INPUT',
      `--min must not be above --max, but is ${flags.min}, and --max is ${flags.max}.`,
    );
  }
  return withDatabase(async (db) => {
    const listed = await collectionToList(db, flags.collection);
    const { collection } = listed;
    if (collection === null) {
      const nothing = { collection: flags.collection, model: null, images: [], next: null };
      print(flags.json, nothing, () => nothingLines('images', listed));
      return;
    }
    const model = await modelByNumber(db, collection.id, flags.model);
    const order = constant(flags.order) === 'ASC' ? 'ASC' : 'DESC';
    const after = flags.after === undefined ? undefined : readCursor(order, flags.after);
    const { min, max, first } = flags;
    const page = await scorePage(db, { modelId: model.id, min, max, order, first, after });
    const last = page.at(-1);
    const next = page.length === first && last ? encodeCursor(order, [last.score, last.imageId]) : null;
    print(flags.json, { collection: collection.name, model: model.number, images: page, next }, () =>
      page.length === 0
        ? [
            `No ${after === undefined ? '' : 'further '}image of ${collection.name} has a score from ${min} to ${max} by model v${model.number}.`,
          ]
        : [
            ...tableLines(
              ['score', 'verdict', 'label', 'image', 'file'],
              page.map((row) => [
                row.score.toFixed(6),
                row.verdict,
                row.label ?? '',
                row.sha256.slice(0, 12),
                row.uri ?? '',
              ]),
              [1, 2, 3, 4],
            ),
            ...(next === null ? [] : ['', `Go on with --after ${next}`]),
          ],
    );
  });
}

function readCursor(order: string, cursor: string): { score: number; imageId: number } {
  const [score, imageId] = decodeCursor(order, cursor, 2, '--after');
  return { score, imageId };
}
