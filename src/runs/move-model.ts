import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DataSource } from 'typeorm';

import { findCollection } from '../catalog/collections.js';
import { imagesBySha } from '../catalog/labels.js';
import { modelLabels } from '../catalog/model-labels.js';
import { recordModel } from '../catalog/models.js';
import { createRun, finishRun, startRun } from '../catalog/runs.js';
import { thresholdInForce } from '../catalog/thresholds.js';
import type { Config } from '../config.js';
import type { LabelValue, Model, Part } from '../entities/index.js';
import { systemCode, WinnowError } from '../errors.js';
import { makeFolder } from '../folders.js';
import { parseLetterbox } from '../images/letterbox.js';
import { NETWORK_FILE } from '../ml/backbones/fine-tuned.js';
import { fineTunedIn } from '../ml/fine-tuned-model.js';
import { readModelFiles, type ModelSpec } from '../ml/model-files.js';
import { packModel, unpackModel } from '../ml/model-zip.js';
import { featureSpecFor, recordFeatureSpec, unrecordedSpec } from './networks.js';

interface MovedLabel {
  sha256: string;
  value: LabelValue;
  part: Part;
  heldOutLogit: number | null;
  heldOutScore: number | null;
}

/** What stands in origin.json: where a model comes from, and what its catalog knew beside its files. */
interface Origin {
  collection: string;
  number: number;
  threshold: number;
  thresholdBy: string;
  positives: number;
  negatives: number;
  labels: MovedLabel[];
}

export interface ImportRequest {
  /** Name or id. */
  collection: string | number;
  path: string;
  who: string;
}

const ORIGIN = 'origin.json';
const LARGEST_ARCHIVE = 256 * 2 ** 20;

/** The files of models below the configured home, for those who know nothing of it. */
export function modelFiles(db: DataSource, config: Config) {
  return {
    remove: ({ directory }: Model) => rm(join(config.home, directory), { recursive: true, force: true }),
    export: (model: Model, path: string) => exportModel(db, config, model, path),
    import: (request: ImportRequest) => importModel(db, config, request),
  };
}

/**
 * Writes a model as a zip archive: spec, weights as ONNX, its labels by hash with their held-out scores, and its threshold.
 * @returns its size in bytes.
 * @throws WinnowError CONFLICT when the path is taken; MODEL_DAMAGED.
 */
export async function exportModel(db: DataSource, config: Config, model: Model, path: string): Promise<number> {
  const { files } = await readModelFiles(join(config.home, model.directory));
  const { name } = await findCollection(db, model.collectionId);
  const { value, who } = await thresholdInForce(db, model.id);
  const origin: Origin = {
    collection: name,
    number: model.number,
    threshold: value,
    thresholdBy: who,
    positives: model.positives,
    negatives: model.negatives,
    labels: await modelLabels(db, model.id),
  };
  const archive = packModel({ ...files, [ORIGIN]: Buffer.from(`${JSON.stringify(origin, null, 1)}\n`) });
  try {
    const file = await open(path, 'wx');
    await file.writeFile(archive).finally(() => file.close());
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') throw new WinnowError('CONFLICT', `${path} exists already.`, { cause });
    throw new WinnowError('BAD_INPUT', `${path} cannot be written: ${systemCode(cause)}.`, { cause });
  }
  return archive.length;
}

/**
 * Takes a model from an archive into a collection, under its next number; its scores are the same as where it comes from.
 * Labels of images that this catalog has are recorded as the model's; the collection's own labels stay as they are. A finished
 * TRAIN run stands for how it came.
 * @throws WinnowError BAD_INPUT for a file that is no such archive, MODEL_DAMAGED, FINGERPRINT_MISMATCH when this
 * installation would show it other features.
 */
export async function importModel(
  db: DataSource,
  config: Config,
  { collection, path, who }: ImportRequest,
): Promise<Model> {
  const { id: collectionId } = await findCollection(db, collection);
  const { [ORIGIN]: originFile, ...files } = unpackModel(await readArchive(path));
  const origin = originOf(originFile);
  const incoming = join(config.home, 'models', String(collectionId), `.import-${randomUUID()}`);
  try {
    await makeFolder(incoming);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(incoming, name), bytes, { flush: true });
    const { spec, fingerprint } = await readModelFiles(incoming);
    const backboneId = await backboneOf({ dataSource: db, config, collectionId }, spec, incoming);
    return await db.transaction(async (tx) => {
      const options = { importedFrom: { collection: origin.collection, model: origin.number, fingerprint } };
      const run = await createRun(tx, { collectionId, stage: 'TRAIN', options, requestedBy: who });
      await startRun(tx, run.id, 0);
      const directory = join('models', String(collectionId), `run-${run.id}`);
      const known = await imagesBySha(
        tx,
        collectionId,
        origin.labels.map(({ sha256 }) => sha256),
      );
      const labels = origin.labels.flatMap(({ sha256, ...label }) => {
        const imageId = known.get(sha256);
        return imageId === undefined ? [] : [{ imageId, ...label }];
      });
      const model = await recordModel(tx, {
        collectionId,
        backboneId,
        runId: run.id,
        head: spec.head,
        options: { ...spec.options, ...options },
        fingerprint,
        labelsDigest: spec.labelsDigest,
        directory,
        chosenEpoch: spec.chosenEpoch,
        metrics: spec.metrics,
        calibration: spec.calibration,
        labels,
        counts: { positives: origin.positives, negatives: origin.negatives },
        threshold: {
          value: origin.threshold,
          note: `imported with v${origin.number} of ${origin.collection}, where ${origin.thresholdBy} had it`,
        },
        who,
      });
      await finishRun(tx, run.id, 'SUCCEEDED', { outcome: { modelId: model.id, model: model.number, ...options } });
      await rename(incoming, join(config.home, directory));
      return model;
    });
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function readArchive(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= LARGEST_ARCHIVE) return await readFile(path);
  } catch (cause) {
    throw new WinnowError('BAD_INPUT', `${path} cannot be read: ${systemCode(cause)}.`, { cause });
  }
  throw new WinnowError('BAD_INPUT', `${path} has more than ${LARGEST_ARCHIVE} bytes: that is no model.`);
}

async function backboneOf(
  place: Parameters<typeof featureSpecFor>[0],
  spec: ModelSpec,
  directory: string,
): Promise<number> {
  const { position, pad } = parseLetterbox(spec.letterbox as object);
  if (NETWORK_FILE in spec.files) {
    const own = await unrecordedSpec(place.config, await fineTunedIn(directory), { position, pad });
    if (own.fingerprint === spec.backbone.fingerprint) return recordFeatureSpec(place.dataSource, place.config, own);
    throw anotherVersion(spec);
  }
  const features = await featureSpecFor(place, { backbone: spec.backbone.name, precision: 'FP32', position, pad });
  if (features.fingerprint === spec.backbone.fingerprint) return features.backboneId;
  throw anotherVersion(spec);
}

function anotherVersion(spec: ModelSpec): WinnowError {
  return new WinnowError(
    'FINGERPRINT_MISMATCH',
    `The model was trained on features of ${spec.backbone.name} by another version of it or of the image library, or in 8-bit integers of its own collection, so its scores would not mean the same here.`,
  );
}

function originOf(file: Uint8Array | undefined): Origin {
  try {
    const origin = JSON.parse(Buffer.from(file ?? []).toString('utf8')) as Origin;
    const numbers = [origin.number, origin.threshold, origin.positives, origin.negatives];
    const isLabel = ({ sha256, value, part }: MovedLabel): boolean =>
      /^[0-9a-f]{64}$/.test(sha256) &&
      ['POSITIVE', 'NEGATIVE'].includes(value) &&
      ['TRAINING', 'VALIDATION'].includes(part);
    const whole =
      numbers.every(Number.isFinite) &&
      [origin.collection, origin.thresholdBy].every((text) => typeof text === 'string' && text.length <= 200) &&
      origin.labels.every(isLabel);
    if (whole) return origin;
  } catch (cause) {
    throw new WinnowError('BAD_INPUT', `The archive has no whole ${ORIGIN}.`, { cause });
  }
  throw new WinnowError('BAD_INPUT', `The archive has no whole ${ORIGIN}.`);
}
