import { findCollection } from '../../catalog/collections.js';
import { findModel, modelByNumber, type ModelChoice } from '../../catalog/models.js';
import { thresholdInForce } from '../../catalog/thresholds.js';
import type { Model, ModelCalibration, Run } from '../../entities/index.js';
import { collectionFlag } from '../collection.js';
import { executeRun } from '../execute-run.js';
import type { RunRequest } from '../execute-run.js';
import { absolute, constant, given } from '../flags.js';
import type { CommonFlags } from '../flags.js';
import { describeRun, print } from '../output.js';
import { ingestRemarks, summary } from '../run-summary.js';
import { withWorker } from '../session.js';
import type { Session } from '../session.js';

export interface IngestFlags extends CommonFlags {
  positive?: string[];
  negative?: string[];
  labelsByFolder?: boolean;
  labels?: string;
  who?: string;
}

export interface ResizeFlags extends CommonFlags {
  size?: number;
  position?: string;
  pad?: string;
}

export interface EmbedFlags extends CommonFlags {
  backbone?: string;
  precision?: string;
  engine?: string;
}

export interface TrainFlags extends CommonFlags {
  backbone?: string;
  precision?: string;
  fineTune?: string;
  size?: number;
  maxAucLoss?: number;
  head?: string;
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  l2?: number;
  seed?: number;
  validationShare?: number;
  folds?: number;
  calibration?: string;
  augmentation?: string;
  carry?: string;
  patience?: number;
}

export interface ClassifyFlags extends CommonFlags {
  model: ModelChoice;
  mode?: string;
  engine?: string;
}

/** `winnow ingest [paths...]` */
export function ingest(paths: string[], flags: IngestFlags): Promise<void> {
  const request = { collection: flags.collection, stage: 'INGEST' as const, options: ingestOptions(paths, flags) };
  return command(flags, request, (run) => [summary(run), ...ingestRemarks(run)]);
}

/** The options of an INGEST run: paths made absolute, as whoever executes the run may stand elsewhere. */
export function ingestOptions(paths: string[], flags: Omit<IngestFlags, 'collection'>): Record<string, unknown> {
  return given({
    paths: paths.map(absolute),
    positive: flags.positive?.map(absolute),
    negative: flags.negative?.map(absolute),
    labelsByFolder: flags.labelsByFolder,
    labelsFile: flags.labels === undefined ? undefined : absolute(flags.labels),
    who: flags.who,
  });
}

/** `winnow resize` */
export function resize(flags: ResizeFlags): Promise<void> {
  const { collection, size, position, pad } = flags;
  const options = given({ size, position: position && constant(position), pad });
  return command(flags, { collection, stage: 'RESIZE', options });
}

/** `winnow embed` */
export function embed(flags: EmbedFlags): Promise<void> {
  const { collection, backbone, precision, engine } = flags;
  return command(flags, {
    collection,
    stage: 'EMBED',
    options: given({ backbone, precision: precision && constant(precision), engine: engine && constant(engine) }),
  });
}

/** `winnow train`: says what model came of it, and where its first threshold is from. */
export async function train(flags: TrainFlags): Promise<void> {
  const { collection, backbone, precision, fineTune, size, maxAucLoss, head, calibration, augmentation, carry } = flags;
  const { epochs, batchSize, learningRate, l2, seed, validationShare, folds, patience } = flags;
  const numbers = { size, maxAucLoss, epochs, batchSize, learningRate, l2, seed, validationShare, folds, patience };
  const words = {
    head: head && constant(head),
    precision: precision && constant(precision),
    fineTune: fineTune && constant(fineTune),
    calibration: calibration && constant(calibration),
    augmentation: augmentation && constant(augmentation),
    carry: carry && constant(carry),
  };
  const options = given({ backbone, ...words, ...numbers });
  const { run, model, threshold, next } = await withWorker(async (session) => {
    const { dataSource } = session;
    const trained = await executeRun(session, { collection, stage: 'TRAIN', options }, process.stderr);
    const found = await findModel(dataSource, Number(trained.outcome.modelId));
    const inForce = await modelByNumber(dataSource, found.collectionId, 'current');
    return {
      run: trained,
      model: found,
      threshold: await thresholdInForce(dataSource, found.id),
      next: nextLine(collection, found, inForce),
    };
  });
  print(flags.json, { run: describeRun(run) }, () => [
    summary(run),
    `Its threshold is ${threshold.value}${threshold.note === 'default' ? '' : `: ${threshold.note}`}.`,
    ...calibrationLines(model.calibration),
    next,
  ]);
}

/** A model that was just trained has no scores, and nothing else says so. */
function nextLine(collection: string, made: Model, inForce: Model): string {
  const elsewhere = inForce.id !== made.id;
  const force = elsewhere ? ` and is not in force, which v${inForce.number} is` : '';
  const which = elsewhere ? ` --model ${made.number}` : '';
  return `Model v${made.number} has scored no image yet${force}. Next: winnow classify${collectionFlag(collection)}${which}`;
}

/** `winnow classify` */
export async function classify(flags: ClassifyFlags): Promise<void> {
  const { collection, model, mode, engine } = flags;
  const run = await withWorker(async (session) => {
    const number = await numberAsked(session, collection, model);
    const options = given({ model: number, mode: mode && constant(mode), engine: engine && constant(engine) });
    return executeRun(session, { collection, stage: 'CLASSIFY', options }, process.stderr);
  });
  print(flags.json, { run: describeRun(run) }, () => [summary(run)]);
}

/** What a run is asked for: the number of a model, or none for the one in force when it starts. */
export async function numberAsked(
  { dataSource }: Session,
  collection: string,
  model: ModelChoice,
): Promise<number | undefined> {
  if (model !== 'latest') return model === 'current' ? undefined : model;
  const { id } = await findCollection(dataSource, collection);
  return (await modelByNumber(dataSource, id, model)).number;
}

/** Why scores are less than was asked for, if they are. */
function calibrationLines({ kind, reason }: ModelCalibration): string[] {
  if (reason === null) return [];
  return [
    kind === 'NONE'
      ? `Its scores are not calibrated: ${reason}`
      : `Its scores assume the labels' share of positives, not the collection's: ${reason}`,
  ];
}

async function command(
  flags: CommonFlags,
  request: RunRequest,
  lines: (run: Run) => string[] = (run) => [summary(run)],
): Promise<void> {
  const run = await withWorker((session) => executeRun(session, request, process.stderr));
  print(flags.json, { run: describeRun(run) }, () => lines(run));
}
