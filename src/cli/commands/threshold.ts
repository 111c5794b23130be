import { findCollection } from '../../catalog/collections.js';
import { countsAt } from '../../catalog/counts.js';
import { flipCounts } from '../../catalog/flips.js';
import { modelByNumber, type ModelChoice } from '../../catalog/models.js';
import { setThreshold, thresholdHistory, thresholdInForce } from '../../catalog/thresholds.js';
import type { CommonFlags } from '../flags.js';
import { formatCount, formatTime, tableLines } from '../format.js';
import { print } from '../output.js';
import { localUser, withDatabase } from '../session.js';

export interface ThresholdFlags extends CommonFlags {
  model: ModelChoice;
  note?: string;
}

/** `winnow threshold show`: what is in force, what it makes of the images, and how it came to be. */
export function showThreshold(flags: ThresholdFlags): Promise<void> {
  return withDatabase(async (db) => {
    const collection = await findCollection(db, flags.collection);
    const model = await modelByNumber(db, collection.id, flags.model);
    const history = await thresholdHistory(db, model.id);
    const counts = await countsAt(db, { modelId: model.id });
    const past = history.map(({ value, note, who, createdAt }) => ({ value, note, who, createdAt }));
    print(flags.json, { collection: collection.name, model: model.number, ...counts, history: past }, () => [
      `Model v${model.number} of ${collection.name}: threshold ${counts.threshold}, ${verdicts(counts)}.`,
      '',
      ...tableLines(
        ['value', 'since', 'who', 'note'],
        past.map((row) => [String(row.value), formatTime(row.createdAt), row.who, row.note ?? '']),
        [0, 1, 2, 3],
      ),
    ]);
  });
}

/** `winnow threshold set <value>`: one inserted row; says whose verdict it turned. */
export function moveThreshold(value: number, flags: ThresholdFlags): Promise<void> {
  return withDatabase(async (db) => {
    const collection = await findCollection(db, flags.collection);
    const model = await modelByNumber(db, collection.id, flags.model);
    const before = await thresholdInForce(db, model.id);
    await setThreshold(db, { modelId: model.id, value, note: flags.note ?? null, who: localUser() });
    const flips = await flipCounts(db, { modelId: model.id, from: before.value, to: value });
    const counts = await countsAt(db, { modelId: model.id });
    const result = { collection: collection.name, model: model.number, before: before.value, ...counts, flips };
    print(flags.json, result, () => [
      `Model v${model.number} of ${collection.name}: threshold ${before.value} -> ${counts.threshold}, ${verdicts(counts)}; ` +
        `${formatCount(flips.toOk)} became OK, ${formatCount(flips.toNg)} became NG.`,
    ]);
  });
}

function verdicts(counts: { ok: number; ng: number; labelled: number; unscored: number }): string {
  const unscored = counts.unscored > 0 ? `, ${formatCount(counts.unscored)} without a score` : '';
  return `${formatCount(counts.ok)} OK, ${formatCount(counts.ng)} NG (${formatCount(counts.labelled)} of them by label)${unscored}`;
}
