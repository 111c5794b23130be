import { recount, wrongCollectionCounts, wrongCounts, type WrongCount } from '../../catalog/check-counts.js';
import { findCollection } from '../../catalog/collections.js';
import { Model } from '../../entities/index.js';
import type { CommonFlags } from '../flags.js';
import { formatCount, tableLines } from '../format.js';
import { print } from '../output.js';
import { withDatabase } from '../session.js';

export interface CheckFlags extends CommonFlags {
  /** Count the histograms that are wrong anew. */
  repair?: boolean;
}

/** With the number of the model whose histogram it is in; null for the collection's own counts. */
type Wrong = WrongCount & { model: number | null };

/** `winnow check`: the counts that are kept, against counting everything. Exits with 1 when some are wrong, mended or not. */
export function check(flags: CheckFlags): Promise<void> {
  return withDatabase(async (db) => {
    const collection = await findCollection(db, flags.collection);
    const models = await db
      .getRepository(Model)
      .find({ where: { collectionId: collection.id }, order: { number: 'ASC' } });
    const wrong: Wrong[] = (await wrongCollectionCounts(db, collection.id)).map((count) => ({ model: null, ...count }));
    const repaired: number[] = [];
    for (const { id, number } of models) {
      const found = await wrongCounts(db, id);
      wrong.push(...found.map((count) => ({ model: number, ...count })));
      if (!flags.repair || found.length === 0) continue;
      await db.transaction((tx) => recount(tx, id));
      repaired.push(number);
    }
    if (wrong.length > 0) process.exitCode = 1;
    const mended = repaired.length === 0 ? '' : ` Counted anew: ${repaired.map((number) => `v${number}`).join(', ')}.`;
    print(flags.json, { collection: collection.name, models: models.length, wrong, repaired }, () => [
      ...tableOf(wrong),
      `${collection.name}: ${models.length} models checked, ${wrong.length} counts wrong.${mended}`,
    ]);
  });
}

function tableOf(wrong: readonly Wrong[]): string[] {
  if (wrong.length === 0) return [];
  const cells = wrong.map(({ model, what, kept, counted }) => [
    model === null ? '' : `v${model}`,
    what,
    ...[kept, counted].map((tally) => [tally.images, tally.positives, tally.negatives].map(formatCount).join(' / ')),
  ]);
  return [...tableLines(['model', 'where', 'kept: images / positive / negative', 'counted'], cells, [0, 1]), ''];
}
