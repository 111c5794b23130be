import { ask } from '../api/client';
import { flips, skipFlips } from '../api/documents';
import { tellError } from '../state/notices';
import { segment } from '../wall/segments';
import { PAGE, Sequence } from '../wall/sequence';
import type { Segment } from '../wall/sequence';
import { count, threshold as thresholdText } from '../words';
import type { Curve } from './curve';
import { rangesFrom } from './ranges';

export const SHOWN = ['around', 'sets', 'flips'] as const;
/** Which pictures the walls show. */
export type Shown = (typeof SHOWN)[number];

/** One wall. */
export interface Column {
  /** The verdict that its pictures have without a label. */
  readonly side: 'OK' | 'NG';
  readonly title: string;
  readonly note: string;
  /** What is said where there is no picture. */
  readonly empty: string;
  readonly sequence: Sequence;
}

interface Asked {
  readonly model: string;
  readonly curve: Curve;
  /** The threshold that is looked at. */
  readonly threshold: number;
  readonly inForce: number;
  /** How many images have which verdict by the threshold in force; needed for `sets`. */
  readonly sets: { readonly ok: number; readonly ng: number } | null;
}

/** NG on the left and OK on the right, as on the histogram; of the flips only the side that there is. */
export function columnsOf(shown: Shown, asked: Asked): Column[] {
  switch (shown) {
    case 'around':
      return around(asked);
    case 'sets':
      return asked.sets === null ? [] : wholeSets(asked.model, asked.sets);
    case 'flips':
      return [flipped(asked)];
  }
}

function around({ model, curve, threshold }: Asked): Column[] {
  const wall = (side: 'ABOVE' | 'BELOW', order: 'SCORE_ASC' | 'SCORE_DESC') => {
    const ranges = rangesFrom(curve, threshold, side, PAGE);
    return sequenceOf(
      ranges.map(({ count: images, ...score }) => segment({ model, order, filter: { score } }, images)),
    );
  };
  const [below, above] = [wall('BELOW', 'SCORE_DESC'), wall('ABOVE', 'SCORE_ASC')];
  const at = thresholdText(threshold);
  return [
    {
      side: 'NG',
      title: `Below ${at}`,
      note: `${count(below.length)}, nearest first`,
      empty: 'No score is lower.',
      sequence: below,
    },
    {
      side: 'OK',
      title: `${at} and above`,
      note: `${count(above.length)}, nearest first`,
      empty: 'No score is as high.',
      sequence: above,
    },
  ];
}

function wholeSets(model: string, { ok, ng }: { ok: number; ng: number }): Column[] {
  const lowest = segment({ model, order: 'SCORE_ASC', filter: { verdict: 'NG' } }, ng);
  const highest = segment({ model, order: 'SCORE_DESC', filter: { verdict: 'OK' } }, ok);
  return [
    {
      side: 'NG',
      title: 'All NG',
      note: `${count(ng)}, lowest first`,
      empty: 'Nothing is NG.',
      sequence: sequenceOf([lowest]),
    },
    {
      side: 'OK',
      title: 'All OK',
      note: `${count(ok)}, highest first`,
      empty: 'Nothing is OK.',
      sequence: sequenceOf([highest]),
    },
  ];
}

function flipped({ model, curve, threshold, inForce }: Asked): Column {
  const [flipping, toNg] = [curve.flips(inForce, threshold), threshold > inForce];
  return {
    side: toNg ? 'NG' : 'OK',
    title: toNg ? 'OK now, would become NG' : 'NG now, would become OK',
    note: count(flipping),
    empty: threshold === inForce ? 'Move the threshold, and here is what changes.' : 'No verdict changes.',
    sequence: sequenceOf([flipSegment(model, threshold, toNg ? 'SCORE_ASC' : 'SCORE_DESC', flipping)]),
  };
}

function sequenceOf(segments: readonly Segment[]): Sequence {
  return new Sequence(segments, tellError);
}

/** What flips between the threshold in force and another one, the nearest to the one in force first. */
function flipSegment(model: string, threshold: number, order: 'SCORE_ASC' | 'SCORE_DESC', flipping: number): Segment {
  return {
    count: flipping,
    read: async (first, after, signal) => {
      const found = await ask(flips, { model, threshold, order, first, after }, signal);
      return { tiles: found.flips.edges.map(({ node }) => node.image), end: found.flips.pageInfo.endCursor };
    },
    skip: async (first, after, signal) =>
      (await ask(skipFlips, { model, threshold, order, first, after }, signal)).flips.pageInfo.endCursor,
  };
}
