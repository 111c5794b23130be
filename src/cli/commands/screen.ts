import { resolve } from 'node:path';

import { countsAt } from '../../catalog/counts.js';
import { ensureCollection } from '../../catalog/collections.js';
import { flipCounts } from '../../catalog/flips.js';
import { trainingLabels } from '../../catalog/labels.js';
import { modelByNumber } from '../../catalog/models.js';
import { setThreshold } from '../../catalog/thresholds.js';
import { checkAnswers, judge } from '../answers.js';
import { executeRun } from '../execute-run.js';
import type { RunRequest } from '../execute-run.js';
import { constant, given } from '../flags.js';
import type { CommonFlags } from '../flags.js';
import { formatCount, paint } from '../format.js';
import { describeRun, print } from '../output.js';
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
  threshold: number;
  out?: string;
  head?: string;
  seed?: number;
}

/** `winnow screen <folder>`: every stage after the other, then what came of it. */
export async function screen(folder: string, flags: ScreenFlags): Promise<void> {
  if (flags.answers !== undefined) await checkAnswers(resolve(flags.answers));
  const screening = await withWorker((session) => screenFolder(session, resolve(folder), flags));
  print(flags.json, screening, () => reportLines(screening));
}

async function screenFolder(session: Session, folder: string, flags: ScreenFlags): Promise<Screening> {
  const { dataSource } = session;
  const { collection, threshold } = flags;
  const { id: collectionId } = await ensureCollection(dataSource, collection);
  await noteEarlierLabels(session, collectionId, collection);

  const stages: Screening['stages'] = [];
  const execute = async (stage: RunRequest['stage'], options: Record<string, unknown>): Promise<void> => {
    const run = await executeRun(session, { collection, stage, options }, process.stderr);
    stages.push(describeRun(run));
  };
  await execute('INGEST', ingestOptions([folder], flags));
  await execute('RESIZE', {});
  await execute('EMBED', {});
  await execute('TRAIN', given({ head: flags.head && constant(flags.head), seed: flags.seed }));
  await execute('CLASSIFY', {});

  const model = await modelByNumber(dataSource, collectionId, 'latest');
  const modelId = model.id;
  await setThreshold(dataSource, { modelId, value: threshold, note: 'winnow screen', who: localUser() });
  if (flags.out !== undefined) await execute('EXPORT', { directory: resolve(flags.out) });

  const thresholds = [...new Set([threshold, 0.5])];
  const counts = [];
  for (const value of thresholds) counts.push(await countsAt(dataSource, { modelId, threshold: value }));
  const { number, head, positives, negatives, chosenEpoch, metrics } = model;
  return {
    collection,
    folder,
    model: { number, head, positives, negatives, chosenEpoch, metrics },
    stages,
    threshold,
    counts,
    flips: await flipCounts(dataSource, { modelId, from: 0.5, to: threshold }),
    answers:
      flags.answers === undefined
        ? null
        : await judge(dataSource, { collectionId, modelId, folder, file: resolve(flags.answers), thresholds }),
    out: flags.out === undefined ? null : resolve(flags.out),
  };
}

/** Labels outlive a screening: whoever asks a second question in the same collection should know that it has them already. */
async function noteEarlierLabels({ dataSource }: Session, collectionId: number, collection: string): Promise<void> {
  const { length } = await trainingLabels(dataSource, collectionId);
  if (length === 0) return;
  const text = `${collection} holds ${formatCount(length)} labels from before; they count too. Another question? Use another --collection.`;
  process.stderr.write(`${paint(process.stderr, 'yellow', text)}\n`);
}
