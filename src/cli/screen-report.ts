import type { Judgement } from './answers.js';
import { formatCount, formatRate, formatSeconds, formatShare, tableLines } from './format.js';
import type { RunDescription } from './output.js';

/** Notes on a threshold that say no more than the command line did. */
const SAID_ALREADY = new Set(['default', 'winnow screen']);

/** What `winnow screen` found out; with --json this is the document. */
export interface Screening {
  collection: string;
  folder: string;
  model: {
    number: number;
    head: string;
    positives: number;
    negatives: number;
    chosenEpoch: number;
    metrics: Record<string, number | null>;
  };
  stages: RunDescription[];
  threshold: number;
  /** Why it stands there. */
  thresholdNote: string | null;
  counts: { threshold: number; ok: number; ng: number; labelled: number; unscored: number }[];
  /** From 0.5 to the threshold. */
  flips: { toOk: number; toNg: number };
  answers: Judgement | null;
  out: string | null;
}

export function reportLines(screening: Screening): string[] {
  const { collection, model, stages, threshold, thresholdNote, counts, flips, answers, out } = screening;
  return [
    '',
    ...tableLines(['stage', 'items', 'there', 'failed', 'seconds', 'rate'], stages.map(stageCells)),
    '',
    `Model v${model.number} of ${collection}: ${model.head} head on ${formatCount(model.positives)} positive and ` +
      `${formatCount(model.negatives)} negative labels, best at epoch ${model.chosenEpoch}; held-out AUC ${formatShare(model.metrics.validationAuc ?? null)}.`,
    ...(thresholdNote === null || SAID_ALREADY.has(thresholdNote)
      ? []
      : [`Threshold ${tidy(threshold)}: ${thresholdNote}.`]),
    '',
    ...tableLines(
      ['threshold', 'OK', 'NG', 'by label', 'no score'],
      counts.map((row) => [tidy(row.threshold), ...[row.ok, row.ng, row.labelled, row.unscored].map(formatCount)]),
    ),
    ...(threshold === 0.5
      ? []
      : [
          '',
          `From 0.5 to ${tidy(threshold)}: ${formatCount(flips.toNg)} became NG, ${formatCount(flips.toOk)} became OK.`,
        ]),
    ...(answers === null ? [] : ['', ...answerLines(answers)]),
    ...(out === null ? [] : ['', `Exported to ${out}: ok/, ng/ and the manifest.`]),
  ];
}

function stageCells(run: RunDescription): string[] {
  return [
    run.stage.toLowerCase(),
    formatCount(run.done),
    run.stage === 'TRAIN' ? '-' : formatCount(run.skipped), // epochs that early stopping saved
    formatCount(run.failed),
    formatSeconds(run.seconds),
    run.itemsPerSecond === null || run.itemsPerSecond === 0 ? '-' : formatRate(run.itemsPerSecond),
  ];
}

function answerLines({ images, positives, auc, thresholds, aside }: Judgement): string[] {
  const left = Object.entries(aside).filter(([, count]) => count > 0);
  const leftAside =
    left.length === 0
      ? []
      : [`Answers left aside: ${left.map(([why, count]) => `${formatCount(count)} ${why}`).join(', ')}.`];
  if (images === 0)
    return ['There was nothing to check with: no answer is of an image that has a score and no label.', ...leftAside];
  return [
    `On the ${formatCount(images)} answered images without a label (${formatCount(positives)} of them positive): AUC ${formatShare(auc)}.`,
    ...tableLines(
      ['threshold', 'accuracy', 'precision', 'recall'],
      thresholds.map((row) => [
        tidy(row.threshold),
        ...[row.accuracy, row.precision, row.recall].map((share) => formatShare(share)),
      ]),
    ),
    ...leftAside,
  ];
}

/** A threshold without the dust of its four bytes: 0.6499999761581421 -> "0.65". */
function tidy(threshold: number): string {
  return String(Number(threshold.toPrecision(7)));
}
