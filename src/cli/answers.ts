import { dirname, isAbsolute, resolve } from 'node:path';

import { labelsInForce, scoresOf } from '../catalog/batches.js';
import { imagesBySha, imagesByUri } from '../catalog/labels.js';
import type { Db } from '../db.js';
import { accuracy, confusion, precision, recall, rocAuc } from '../ml/metrics.js';
import { readLabelFile } from '../runs/label-file.js';
import type { LabelRow } from '../runs/label-file.js';
import { inBatches } from '../runs/pipeline.js';

const BATCH = 1000;

/** What the answers say about a model, on the images that had no label. Shares are 0..1, null where there is nothing to divide by. */
export interface Judgement {
  /** Images judged: with an answer, with a score and without a label. */
  images: number;
  positives: number;
  auc: number | null;
  thresholds: {
    threshold: number;
    accuracy: number | null;
    precision: number | null;
    recall: number | null;
  }[];
  /** Answers that were left aside, and why. */
  aside: { labelled: number; unmatched: number; contradicted: number; unscored: number; unreadable: number };
}

export interface Question {
  collectionId: number;
  modelId: number;
  /** What relative paths in the file are relative to. */
  folder: string;
  file: string;
  thresholds: number[];
}

/** Holds the scores of a model against a file of answers, joined by path or by hash. Reads; changes nothing. */
export async function judge(db: Db, question: Question): Promise<Judgement> {
  const { collectionId, modelId, folder, file, thresholds } = question;
  const aside = { labelled: 0, unmatched: 0, contradicted: 0, unscored: 0, unreadable: 0 };
  const answers = new Map<number, boolean | null>(); // null: some of its answers say yes and others no
  for await (const batch of inBatches(readLabelFile(file, 'answers'), BATCH)) {
    const good = batch.flatMap((row) => (row.problem === null ? [row] : []));
    aside.unreadable += batch.length - good.length;
    const found = await imagesOf(db, collectionId, good, [folder, dirname(file)]);
    good.forEach(({ value }, i) => {
      const imageId = found[i];
      const before = imageId === null ? undefined : answers.get(imageId);
      if (imageId === null) aside.unmatched += 1;
      else
        answers.set(imageId, before === undefined || before === (value === 'POSITIVE') ? value === 'POSITIVE' : null);
    });
  }

  const scores: number[] = [];
  const truth: number[] = [];
  for await (const batch of inBatches(answers, BATCH)) {
    const labels = await labelsInForce(
      db,
      batch.map(([imageId]) => [collectionId, imageId]),
    );
    const scored = await scoresOf(
      db,
      batch.map(([imageId]) => [modelId, imageId]),
    );
    batch.forEach(([, answer], i) => {
      const score = scored[i].score;
      if (labels[i] !== null) aside.labelled += 1;
      else if (answer === null) aside.contradicted += 1;
      else if (score === null) aside.unscored += 1;
      else truth[scores.push(Math.fround(score)) - 1] = answer ? 1 : 0;
    });
  }

  const labels = Uint8Array.from(truth);
  return {
    images: scores.length,
    positives: labels.reduce((sum, label) => sum + label, 0),
    auc: rocAuc(scores, labels),
    thresholds: thresholds.map((threshold) => {
      const counts = confusion(scores, labels, Math.fround(threshold));
      return { threshold, accuracy: accuracy(counts), precision: precision(counts), recall: recall(counts) };
    }),
    aside,
  };
}

/** The image that each row names, null where it names none of the collection or more than one. */
async function imagesOf(
  db: Db,
  collectionId: number,
  good: (LabelRow & { problem: null })[],
  folders: string[],
): Promise<(number | null)[]> {
  const places = good.map(({ path }) => placesOf(path, folders));
  const bySha = await imagesBySha(
    db,
    collectionId,
    good.flatMap(({ sha256 }) => sha256 ?? []),
  );
  const byUri = await imagesByUri(db, collectionId, [...new Set(places.flat())]);
  return good.map(({ sha256 }, i) => {
    const hashed = sha256 === null ? undefined : bySha.get(sha256);
    const found = new Set(hashed === undefined ? places[i].flatMap((uri) => byUri.get(uri) ?? []) : [hashed]);
    return found.size === 1 ? [...found][0] : null;
  });
}

function placesOf(path: string | null, folders: string[]): string[] {
  if (path === null) return [];
  return isAbsolute(path) ? [resolve(path)] : folders.map((folder) => resolve(folder, path));
}
