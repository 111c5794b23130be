import type { Run } from '../entities/index.js';
import { LABEL_WORDS } from '../runs/label-words.js';
import { formatCount, formatSeconds, formatShare, words } from './format.js';
import { positionOf, skippedText } from './position.js';

/** Figures that every run has, and those that are of use to a program or to whoever looks for what takes the time. */
const NOT_SAID = /^(seconds|itemsPerSecond|imageFiles|.*Id|.*Seconds)$/;

/** A shell's pattern may stand for thousands. */
const PATHS_SHOWN = 5;

/** One sentence about a run that has succeeded. */
export function summary(run: Run): string {
  const { seconds } = positionOf(run);
  const counts = [
    `${formatCount(run.done)} ${run.stage === 'TRAIN' ? 'epochs' : 'done'}`,
    ...(run.skipped > 0 ? [skippedText(run)] : []),
    ...(run.failed > 0 ? [`${formatCount(run.failed)} failed`] : []),
  ];
  return `Run ${run.id} (${run.stage}): ${counts.join(', ')} in ${formatSeconds(seconds)}.${run.stage === 'TRAIN' ? modelText(run.outcome) : outcomeText(run.outcome)}`;
}

/** What an ingest looked for and did not find at all. */
export function ingestRemarks({ options, outcome }: Run): string[] {
  if (outcome.imageFiles === 0) return [nothingFound(options)];
  const labels = ['labelsSet', 'labelsUnchanged', 'labelsKept'].map((name) => Number(outcome[name] ?? 0));
  if (outcome.labelsSet === undefined || labels.some((count) => count > 0)) return [];
  return [
    options.labelsByFolder === true
      ? `No image got a label: none lies in a folder that is called ${LABEL_WORDS}.`
      : 'No image got a label.',
  ];
}

/** Where no image was found. */
export function nothingFound(options: Record<string, unknown>): string {
  const { paths = [], positive = [], negative = [] } = options as Record<string, string[] | undefined>;
  const named = [...paths, ...positive, ...negative];
  const more = named.length > PATHS_SHOWN ? ` and ${formatCount(named.length - PATHS_SHOWN)} more` : '';
  return `No image was found in ${named.slice(0, PATHS_SHOWN).join(', ')}${more}.`;
}

/** What a training came to, in the words of `winnow screen`. */
function modelText({ model, chosenEpoch, positives, negatives, metrics }: Record<string, unknown>): string {
  const { validationAuc = null } = (metrics ?? {}) as Record<string, number | null>;
  return (
    ` Model v${Number(model)}: ${formatCount(Number(positives))} positive and ${formatCount(Number(negatives))} negative labels, ` +
    `best at epoch ${Number(chosenEpoch)}; held-out AUC ${formatShare(validationAuc)}.`
  );
}

/** Figures of the outcome that say something: "labels set 200, model 1". */
function outcomeText(outcome: Record<string, unknown>): string {
  const figures = Object.entries(outcome).filter(
    ([name, value]) => typeof value === 'number' && (value !== 0 || name === 'labelsSet') && !NOT_SAID.test(name),
  ) as [string, number][];
  const parts = figures.map(([name, value]) => `${words(name)} ${tidy(value)}`);
  return parts.length > 0 ? ` ${parts.join(', ')}.` : '';
}

function tidy(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : formatShare(value);
}
