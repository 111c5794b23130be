import { findCollection } from '../../catalog/collections.js';
import { modelByNumber, type ModelChoice } from '../../catalog/models.js';
import { absolute } from '../flags.js';
import type { CommonFlags } from '../flags.js';
import { print } from '../output.js';
import { withDatabase } from '../session.js';

export interface ExportModelFlags extends CommonFlags {
  model: ModelChoice;
  format: 'onnx' | 'tensorflow';
}

/** `winnow export-model <target>` */
export function exportModel(
  target: string,
  { collection: name, model: number, format, json }: ExportModelFlags,
): Promise<void> {
  return withDatabase(async (db, config) => {
    const { exportLayers, exportOnnx } = await import('../../runs/export-model.js');
    const collection = await findCollection(db, name);
    const model = await modelByNumber(db, collection.id, number);
    const write = format === 'onnx' ? exportOnnx : exportLayers;
    const { files, input, size } = await write(db, config, model, absolute(target));
    print(json, { collection: collection.name, model: model.number, format, files, input, size }, () => [
      `Model v${model.number} of ${collection.name}: ${files.join(', ')}.`,
      input === 'pixels'
        ? `In: squares of ${size} x ${size} pixels, RGB 0 to 255. Out: score.`
        : 'In: features of its backbone, which is no layers model. Out: score.',
    ]);
  });
}
