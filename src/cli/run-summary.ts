import type { Run } from '../entities/index.js';
import { formatCount, formatSeconds, formatShare } from './format.js';
import { positionOf, skippedText } from './position.js';

/** Figures that every run has, or that mean nothing to a reader. */
const SAID_ALREADY = new Set(['seconds', 'itemsPerSecond', 'modelId']);

/** One sentence about a run that has succeeded. */
export function summary(run: Run): string {
  const { seconds } = positionOf(run);
  const counts = [
    `${formatCount(run.done)} ${run.stage === 'TRAIN' ? 'epochs' : 'done'}`,
    ...(run.skipped > 0 ? [skippedText(run)] : []),
    ...(run.failed > 0 ? [`${formatCount(run.failed)} failed`] : []),
  ];
  return `Run ${run.id} (${run.stage}): ${counts.join(', ')} in ${formatSeconds(seconds)}.${outcomeText(run.outcome)}`;
}

/** Figures of the outcome that say something: "labels set 200, model 1". */
function outcomeText(outcome: Record<string, unknown>): string {
  const figures = Object.entries(outcome).filter(
    ([name, value]) => typeof value === 'number' && value !== 0 && !SAID_ALREADY.has(name),
  ) as [string, number][];
  const parts = figures.map(([name, value]) => `${words(name)} ${tidy(value)}`);
  return parts.length > 0 ? ` ${parts.join(', ')}.` : '';
}

/** labelsSet -> "labels set" */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function tidy(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : formatShare(value);
}
