import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';

import { formatCount, formatSeconds, formatShare, paint, tableLines } from '../src/cli/format.js';
import type { Check } from './check.js';
import { positionOf } from './client.js';
import type { Run } from './client.js';

/** What a threshold made of the images. */
export interface Setting {
  threshold: number;
  ok: number;
  ng: number;
  /** Verdicts that moving the threshold here changed. */
  flips: number;
  check: Check;
}

export interface Outcome {
  files: number;
  images: number;
  labels: number;
  seconds: number;
  stages: Record<string, Run>;
  settings: Setting[];
  sheet: string;
  directory: string;
}

export function sayOutcome({ files, images, seconds, settings, sheet, directory }: Outcome): void {
  const [{ check }] = settings;
  const body = settings.map(({ threshold, ok, ng, flips, check: own }) => [
    threshold.toFixed(2),
    ...[ok, ng, flips].map(formatCount),
    ...[own.accuracy, own.precision, own.recall].map((share) => formatShare(share)),
  ]);
  const head = ['threshold', 'OK', 'NG', 'flips', 'accuracy', 'precision', 'recall'];
  say('', ...tableLines(head, body), '');
  say(
    `${bold(`AUC ${formatShare(check.auc)}`)} on the ${formatCount(check.images)} images without a label; the shares are of these, too.`,
  );
  if (images < files)
    say(
      gray(
        `${formatCount(images)} images in ${formatCount(files)} files: the same bytes under two names are one image.`,
      ),
    );
  say(
    '',
    `contact sheet   ${shorten(sheet)}`,
    `export          ${shorten(directory)}/ok, ${shorten(directory)}/ng`,
    '',
  );
  say(`${bold(`Done in ${formatSeconds(seconds)}`)}${gray(', from an empty folder.')}`, '');
}

/** The figures of a demo as JSON; shares and seconds to four digits. */
export async function writeFigures(path: string, outcome: Outcome): Promise<void> {
  const { images, labels, seconds, stages, settings } = outcome;
  const [{ check }] = settings;
  const stage = ([name, run]: [string, Run]): [string, object] => {
    const { seconds: took } = positionOf(run);
    // Training goes through its labels, not through the collection.
    const items = name === 'train' ? labels : run.done;
    return [name, { seconds: round(took), imagesPerSecond: round(items / took) }];
  };
  const setting = ({ threshold, ok, ng, flips, check: own }: Setting): [string, object] => [
    String(threshold),
    { ok, ng, flips, accuracy: round(own.accuracy), precision: round(own.precision), recall: round(own.recall) },
  ];
  const figures = {
    images,
    labels,
    auc: round(check.auc),
    accuracy: round(check.accuracy),
    seconds: round(seconds),
    stages: Object.fromEntries(Object.entries(stages).map(stage)),
    thresholds: Object.fromEntries(settings.map(setting)),
  };
  await writeFile(path, `${JSON.stringify(figures, null, 2)}\n`);
}

/** Lines on the terminal, two columns in. */
export function say(...lines: string[]): void {
  for (const line of lines) process.stdout.write(line === '' ? '\n' : `  ${line}\n`);
}

export function bold(text: string): string {
  return paint(process.stdout, 'bold', text);
}

export function gray(text: string): string {
  return paint(process.stdout, 'gray', text);
}

/** Relative to where we are, if it lies below. */
export function shorten(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
