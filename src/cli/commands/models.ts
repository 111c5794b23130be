import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { findCollection } from '../../catalog/collections.js';
import { compareModels as compare, type ComparedModel } from '../../catalog/compare-models.js';
import { deleteModel, promoteModel } from '../../catalog/model-registry.js';
import { currentModelsOf, listModels, modelByNumber } from '../../catalog/models.js';
import type { Model } from '../../entities/index.js';
import { collectionToList, nothingLines } from '../collection.js';
import { absolute } from '../flags.js';
import type { CommonFlags } from '../flags.js';
import { formatCount, formatTime, tableLines, words } from '../format.js';
import { print } from '../output.js';
import { localUser, withDatabase } from '../session.js';

/** `winnow models`: all of a collection, the one in force marked. */
export function showModels(flags: CommonFlags): Promise<void> {
  return withDatabase(async (db) => {
    const listed = await collectionToList(db, flags.collection);
    const { id, name = flags.collection } = listed.collection ?? {};
    const models = id === undefined ? [] : await listModels(db, id);
    const [current] = id === undefined ? [] : await currentModelsOf(db, [id]);
    const described = models.map((model) => ({ ...describe(model), current: model.id === current?.id }));
    print(flags.json, { collection: name, models: described }, () => {
      if (described.length === 0) return nothingLines('models', listed);
      const cells = described.map(({ number, current, head, positives, negatives, metrics, createdAt }) => [
        `v${number}`,
        current ? 'yes' : '',
        head,
        formatCount(positives),
        formatCount(negatives),
        figure(metrics.validationAuc),
        formatTime(createdAt),
      ]);
      return tableLines(
        ['model', 'in force', 'head', 'positive', 'negative', 'held-out AUC', 'made'],
        cells,
        [0, 1, 2, 6],
      );
    });
  });
}

/** `winnow models compare <a> <b>`: metrics side by side, and how many verdicts differ. */
export function compareModels(a: number | 'latest', b: number | 'latest', flags: CommonFlags): Promise<void> {
  return withDatabase(async (db) => {
    const { id } = await findCollection(db, flags.collection);
    const models = [await modelByNumber(db, id, a), await modelByNumber(db, id, b)] as const;
    const compared = await compare(db, { from: { modelId: models[0].id }, to: { modelId: models[1].id } });
    const { from, to, flips } = compared;
    const rest = [...new Set(models.flatMap(({ metrics }) => Object.keys(metrics)))].filter((name) => !(name in from));
    print(flags.json, { ...compared, metrics: models.map(({ metrics }) => metrics) }, () => [
      ...tableLines(
        ['', `v${from.number}`, `v${to.number}`],
        [
          ...ROWS.map(([name, of]) => [name, of(from), of(to)]),
          ...rest.map((name) => [metricName(name), ...models.map(({ metrics }) => figure(metrics[name]))]),
        ],
        [0],
      ),
      '',
      `Of the images that both have scored, ${formatCount(flips.toOk)} become OK and ${formatCount(flips.toNg)} become NG.`,
    ]);
  });
}

/** What stands in each row of a comparison. */
const ROWS: readonly (readonly [string, (model: ComparedModel) => string])[] = [
  ['backbone', ({ backbone }) => backbone],
  ['arithmetic', ({ arithmetic }) => arithmetic],
  ['head', ({ head }) => head],
  ['augmentation', ({ augmentation }) => augmentation],
  ['positive labels', ({ positives }) => formatCount(positives)],
  ['negative labels', ({ negatives }) => formatCount(negatives)],
  ['held-out AUC', ({ validationAuc }) => figure(validationAuc)],
  ['threshold', ({ threshold }) => String(threshold)],
  ['accuracy there', ({ accuracy }) => figure(accuracy)],
  ['precision there', ({ precision }) => figure(precision)],
  ['recall there', ({ recall }) => figure(recall)],
  ['Brier score', ({ brier }) => figure(brier)],
  ['calibration error', ({ calibrationError }) => figure(calibrationError)],
];

/** validationLoss -> "held-out loss" */
function metricName(name: string): string {
  return words(name).replace(/^validation /, 'held-out ');
}

/** `winnow models promote <number>` */
export function promote(number: number | 'latest', flags: CommonFlags): Promise<void> {
  return withDatabase(async (db) => {
    const { id, name } = await findCollection(db, flags.collection);
    const model = await promoteModel(db, (await modelByNumber(db, id, number)).id);
    print(flags.json, { model: describe(model) }, () => [`Model v${model.number} is in force for ${name}.`]);
  });
}

/** `winnow models delete <number> --yes <number>`: the number twice, as it cannot be undone. */
export function remove(number: number | 'latest', flags: CommonFlags & { yes: number }): Promise<void> {
  return withDatabase(async (db, config) => {
    const { id, name } = await findCollection(db, flags.collection);
    const found = await modelByNumber(db, id, number);
    const model = await db.transaction((tx) => deleteModel(tx, found.id, flags.yes));
    await rm(join(config.home, model.directory), { recursive: true, force: true });
    print(flags.json, { deleted: describe(model) }, () => [`Model v${model.number} of ${name} is deleted.`]);
  });
}

/** `winnow models export <number> <file>` */
export function exportArchive(number: number | 'latest', file: string, flags: CommonFlags): Promise<void> {
  return withDatabase(async (db, config) => {
    const { exportModel } = await import('../../runs/move-model.js');
    const { id, name } = await findCollection(db, flags.collection);
    const model = await modelByNumber(db, id, number);
    const path = absolute(file);
    const bytes = await exportModel(db, config, model, path);
    print(flags.json, { model: describe(model), path, bytes }, () => [
      `Model v${model.number} of ${name}: ${path}, ${formatCount(bytes)} bytes.`,
    ]);
  });
}

/** `winnow models import <file>` */
export function importArchive(file: string, flags: CommonFlags): Promise<void> {
  return withDatabase(async (db, config) => {
    const { importModel } = await import('../../runs/move-model.js');
    const request = { collection: flags.collection, path: absolute(file), who: localUser() };
    const model = await importModel(db, config, request);
    print(flags.json, { model: describe(model) }, () => [
      `Model v${model.number} of ${flags.collection} is there; winnow classify --model ${model.number} scores with it.`,
    ]);
  });
}

function describe({ number, head, positives, negatives, metrics, calibration, fingerprint, createdAt }: Model) {
  return { number, head, positives, negatives, metrics, calibration, fingerprint, createdAt };
}

function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  return Number.isInteger(value) ? formatCount(value) : value.toFixed(4);
}
