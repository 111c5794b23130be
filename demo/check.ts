import { basename } from 'node:path';

import { accuracy, confusion, precision, recall, rocAuc } from '../src/ml/metrics.js';
import type { Client } from './client.js';
import type { Key } from './pictures.js';

/** An image as the demo asks for it, with its score by the model. */
export interface Scored {
  uri: string;
  score: number;
  verdict: 'OK' | 'NG';
  label: { value: string } | null;
}

export interface Check {
  images: number;
  auc: number;
  accuracy: number;
  precision: number;
  recall: number;
}

interface ImagePage {
  edges: { node: Scored }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const PAGE = 500;

/** All images with their scores, highest first, page by page. */
export async function readScores(client: Client, model: string): Promise<Scored[]> {
  const query = `query ($model: ID!, $after: String) {
    images(model: $model, scoreRange: { min: 0, max: 1 }, first: ${PAGE}, after: $after) {
      edges { node { uri score verdict label { value } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
  const all: Scored[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { images }: { images: ImagePage } = await client.ask(query, { model, after });
    all.push(...images.edges.map(({ node }) => node));
    after = images.pageInfo.endCursor;
    more = images.pageInfo.hasNextPage;
  }
  return all;
}

/** Holds the scores of the images without a label against the key. */
export function checkAgainst(key: Key, images: Scored[], threshold: number): Check {
  const unlabelled = images.filter((image) => image.label === null);
  const scores = unlabelled.map(({ score }) => Math.fround(score));
  const truth = Uint8Array.from(unlabelled, (image) => (isPerson(key, image) ? 1 : 0));
  const counts = confusion(scores, truth, Math.fround(threshold));
  return {
    images: unlabelled.length,
    auc: rocAuc(scores, truth) ?? NaN,
    accuracy: accuracy(counts) ?? NaN,
    precision: precision(counts) ?? NaN,
    recall: recall(counts) ?? NaN,
  };
}

export function isPerson(key: Key, { uri }: Scored): boolean {
  return key.get(basename(uri)) ?? false;
}

/** Images whose verdict is another one than before. */
export function countFlips(before: Scored[], after: Scored[]): number {
  const verdicts = new Map(before.map(({ uri, verdict }) => [uri, verdict]));
  return after.filter(({ uri, verdict }) => verdicts.get(uri) !== verdict).length;
}
