import { countsAt } from '../../catalog/counts.js';
import { ensureCollection } from '../../catalog/collections.js';
import { flipCounts } from '../../catalog/flips.js';
import { trainingLabels } from '../../catalog/labels.js';
import { modelOfRun } from '../../catalog/models.js';
import { setThreshold, thresholdInForce } from '../../catalog/thresholds.js';
import type { LabelValue, Run } from '../../entities/index.js';
import { WinnowError } from '../../errors.js';
import { openTarget } from '../../runs/files/target.js';
import { verifyLabelFile } from '../../runs/label-file.js';
import { requireBothClasses } from '../../runs/train-labels.js';
import { judge } from '../answers.js';
import { executeRun } from '../execute-run.js';
import type { RunRequest } from '../execute-run.js';
import { absolute, constant, given } from '../flags.js';
import type { CommonFlags } from '../flags.js';
import { formatCount, say } from '../format.js';
import { describeRun, print, type RunDescription } from '../output.js';
import { nothingFound } from '../run-summary.js';
import { reportLines } from '../screen-report.js';
import type { Screening } from '../screen-report.js';
import { localUser, withWorker } from '../session.js';
import type { Session } from '../session.js';
import { ingestOptions } from './stages.js';

export interface ScreenFlags extends CommonFlags {
  positive?: string[];
  negative?: string[];
  labels?: string;
  answers?: string;
  /** When left out, what the training carried over stays. */
  threshold?: number;
  out?: string;
  head?: string;
  seed?: number;
}

/** `winnow screen <folder>`: every stage after the other, then what came of it. */
export async function screen(folder: string, flags: ScreenFlags): Promise<void> {
  if (flags.labels !== undefined) await verifyLabelFile(absolute(flags.labels));
  if (flags.answers !== undefined) await verifyLabelFile(absolute(flags.answers), 'answers');
  const screening = await withWorker((session) => screenFolder(session, absolute(folder), flags));
  print(flags.json, screening, () => reportLines(screening));
}

async function screenFolder(session: Session, folder: string, flags: ScreenFlags): Promise<Screening> {
  const { dataSource } = session;
  const { collection } = flags;
  const out = flags.out === undefined ? null : absolute(flags.out);
  if (out !== null) await openTarget(dataSource, out); // better refused before the work than after it
  const { id: collectionId } = await ensureCollection(dataSource, collection);
  if (flags.labels === undefined) {
    requireBothClasses([...(await trainingLabels(dataSource, collectionId)), ...labelsBelow(flags)]);
  }

  const stages: Screening['stages'] = [];
  const execute = async (stage: RunRequest['stage'], options: Record<string, unknown>): Promise<Run> => {
    const run = await executeRun(session, { collection, stage, options }, process.stderr);
    stages.push(describeRun(run));
    return run;
  };
  await execute('INGEST', ingestOptions([folder], flags));
  if (stages[0].outcome.imageFiles === 0) throw new WinnowError('NOT_FOUND', nothingFound(stages[0].options));
  requireBothClasses(await trainingLabels(dataSource, collectionId)); // rather than after the embedding
  await noteEarlierLabels(session, { collectionId, collection, ingest: stages[0] });
  // Makes the squares as well: 30 s for 3,068 photographs on 2 cores, where RESIZE and then EMBED took 44.
  await execute('EMBED', {});
  const trained = await execute('TRAIN', given({ head: flags.head && constant(flags.head), seed: flags.seed }));

  // The model of this very run, whatever is in force and whoever else trains meanwhile.
  const model = await modelOfRun(dataSource, collectionId, trained.id);
  const modelId = model.id;
  await execute('CLASSIFY', { model: model.number });
  if (flags.threshold !== undefined) {
    await setThreshold(dataSource, { modelId, value: flags.threshold, note: 'winnow screen', who: localUser() });
  }
  const { value: threshold, note } = await thresholdInForce(dataSource, modelId);

  const thresholds = [...new Set([threshold, 0.5])];
  const counts = [];
  for (const value of thresholds) counts.push(await countsAt(dataSource, { modelId, threshold: value }));
  const { number, head, positives, negatives, chosenEpoch, metrics } = model;
  const screening: Screening = {
    collection,
    folder,
    model: { number, head, positives, negatives, chosenEpoch, metrics },
    stages,
    threshold,
    thresholdNote: note,
    counts,
    flips: await flipCounts(dataSource, { modelId, from: 0.5, to: threshold }),
    answers: null,
    out: null,
  };
  try {
    if (flags.answers !== undefined) {
      const question = { collectionId, modelId, folder, file: absolute(flags.answers), thresholds };
      screening.answers = await judge(dataSource, question);
    }
    if (out !== null) {
      await execute('EXPORT', { directory: out, model: model.number });
      screening.out = out;
    }
  } catch (error) {
    // The scores are there all the same. With --json, stdout is for the error alone.
    if (!flags.json) print(false, screening, () => reportLines(screening));
    throw error;
  }
  return screening;
}

/** A label of each kind that folders are named for. */
function labelsBelow({ positive = [], negative = [] }: ScreenFlags): { value: LabelValue }[] {
  return [
    ...positive.map(() => ({ value: 'POSITIVE' as const })),
    ...negative.map(() => ({ value: 'NEGATIVE' as const })),
  ];
}

/**
 * Labels outlive a screening: whoever asks a second question in the same collection should know that it has others than those
 * given now.
 */
async function noteEarlierLabels(
  { dataSource }: Session,
  { collectionId, collection, ingest }: { collectionId: number; collection: string; ingest: RunDescription },
): Promise<void> {
  const all = (await trainingLabels(dataSource, collectionId)).length;
  const given = ['labelsSet', 'labelsUnchanged', 'labelsKept'].map((name) => Number(ingest.outcome[name] ?? 0));
  const others = given.reduce((left, some) => left - some, all);
  if (others <= 0) return;
  const text = `${collection} holds ${formatCount(others)} labels from before that were not given now; they count too. Another question? Use another --collection.`;
  say(process.stderr, text, 'yellow');
}
