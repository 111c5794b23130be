import { join } from 'node:path';

import type { Config } from '../config.js';
import type { Db } from '../db.js';
import type { Model } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { exists } from '../images/storage.js';
import { describeBackbone } from '../ml/backbones.js';
import { writeWhole } from '../ml/convert/cached.js';
import { WEIGHTS_FILE, writeLayersModel } from '../ml/convert/layers-model.js';
import { modelToLayers, modelToOnnx } from '../ml/model-export.js';
import { readModel } from '../ml/model-files.js';
import { featureSpecOfModel } from './networks.js';

export interface ExportedModel {
  readonly files: readonly string[];
  /** What goes in: letterboxed squares, or features of the model's backbone. */
  readonly input: 'pixels' | 'features';
  /** Height and width of the squares, in pixels. */
  readonly size: number;
}

/**
 * Writes a model as one .onnx file, squares in and scores out.
 * @throws WinnowError CONFLICT when the file is there already; MODEL_DAMAGED; FINGERPRINT_MISMATCH when its backbone is another one here; WEIGHTS_MISSING.
 */
export async function exportOnnx(db: Db, config: Config, model: Model, file: string): Promise<ExportedModel> {
  await refuseTaken([file]);
  const { backbone, spec, head } = await partsOf(db, config, model);
  const { fingerprint } = await describeBackbone(backbone, config);
  const network = await backbone.network(config, fingerprint);
  await writeWhole(file, modelToOnnx(network, { head, calibration: spec.calibration }));
  return { files: [file], input: 'pixels', size: backbone.size };
}

/**
 * Writes a model as a layers model of TensorFlow.js, model.json and weights.bin: squares in where its backbone is such a
 * model, else the head alone, features in.
 * @throws WinnowError as exportOnnx()
 */
export async function exportLayers(db: Db, config: Config, model: Model, directory: string): Promise<ExportedModel> {
  const files = [join(directory, 'model.json'), join(directory, WEIGHTS_FILE)];
  await refuseTaken(files);
  const { backbone, spec, head } = await partsOf(db, config, model);
  const layers = backbone.precision === 'FP32' && backbone.layers ? await backbone.layers(config) : null;
  const { json, weights } = writeLayersModel(modelToLayers(layers, { head, calibration: spec.calibration }));
  await makeFolder(directory);
  await writeWhole(files[1], weights);
  await writeWhole(files[0], json);
  return { files, input: layers ? 'pixels' : 'features', size: backbone.size };
}

async function refuseTaken(files: readonly string[]): Promise<void> {
  for (const file of files) if (await exists(file)) throw new WinnowError('CONFLICT', `${file} exists already.`);
}

async function partsOf(db: Db, config: Config, model: Model) {
  const { backbone } = await featureSpecOfModel(db, config, model, null);
  return { backbone, ...(await readModel(join(config.home, model.directory))) };
}
