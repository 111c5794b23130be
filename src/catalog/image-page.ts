import { rows, type Db } from '../db.js';
import type { LabelValue, Verdict } from '../entities/index.js';
import { labelOfSql, sha256Sql, uriSql } from './image-columns.js';
import { branchesOf, Values, type Branch, type ImagesAsked } from './image-filter.js';
import { thresholdInForceSql, verdictSql } from './verdict.js';

/**
 * SCORE: by score; DISTANCE: the nearest to a threshold first; NEWEST: the last ingested first;
 * RANDOM: by a hash of the image and a seed, so in one and the same order for the same seed.
 */
export type ImageOrder =
  | { by: 'SCORE'; descending: boolean }
  | { by: 'DISTANCE'; from: number }
  | { by: 'NEWEST' }
  | { by: 'RANDOM'; seed: number };

/** Where a row stands; `score` matters for SCORE and DISTANCE only. */
export interface ImagePosition {
  score: number;
  imageId: number;
}

export interface FoundImage {
  imageId: number;
  /** 64 hex digits */
  sha256: string;
  score: number | null;
  logit: number | null;
  label: LabelValue | null;
  /** By the threshold in force; null without a model, and without both a score and a label. */
  verdict: Verdict | null;
  /** Where it is found now; null when it is nowhere any more. */
  uri: string | null;
}

export interface ImagePage extends ImagesAsked {
  order: ImageOrder;
  size: number;
  /** Gives the page before the position instead of the one after it; in the same order. */
  backward: boolean;
  from: ImagePosition | null;
}

/**
 * A page of the images of a collection by any filter, in any order: reads along the index of the order until the page is
 * full. RANDOM has no index: it reads all images of the filter. SCORE and DISTANCE need a model.
 */
export async function imagePage(db: Db, page: ImagePage): Promise<FoundImage[]> {
  const values = new Values();
  const { backward, order } = page;
  const along = order.by === 'SCORE' || order.by === 'DISTANCE' ? 'SCORES' : 'COLLECTION';
  const keys = keysOf(order, values);
  const position = page.from && {
    score: values.add(page.from.score, 'real'),
    id: values.add(page.from.imageId, 'integer'),
  };
  const limit = values.add(page.size, 'integer');
  const beyond = (branch: Branch) =>
    position &&
    `(${keys.of('s.score', branch.id)}) ${keys.descending === backward ? '>' : '<'} (${keys.of(position.score, position.id)})`;
  const direction = keys.descending === backward ? 'asc' : 'desc';
  const inOrder = (score: string, id: string) =>
    keys
      .each(score, id)
      .map((key) => `${key} ${direction}`)
      .join(', ');
  const branches = branchesOf(page, values, along).flatMap((branch) =>
    branch.along === 'SCORES'
      ? alongIndex(branch, order, backward, keys.threshold, position)
      : [{ ...branch, order: null }],
  );
  const union = branches.map((branch) => {
    const where = [...branch.where, beyond(branch)].filter(Boolean).join('\n and ');
    return `(select ${branch.id} as image_id, s.score, s.logit from ${branch.from} where ${where}
      order by ${branch.order ?? inOrder('s.score', branch.id)} limit ${limit})`;
  });
  const [collection, model] = [values.add(page.collectionId, 'integer'), values.add(page.modelId, 'integer')];
  const verdict = verdictSql({ label: 'p.label', score: 'p.score', threshold: 't.value' });
  const { text, values: used } = values.statement(
    `select p.image_id as "imageId", ${sha256Sql('p.image_id')} as sha256, p.score, p.logit, p.label,
            case when ${model} is not null then ${verdict} end as verdict, ${uriSql('p.image_id')} as uri
       from (select b.*, ${labelOfSql(collection, 'b.image_id')} as label
               from (${union.join('\nunion all\n')}) b order by ${inOrder('b.score', 'b.image_id')} limit ${limit}) p
      cross join (select ${thresholdInForceSql(model)} as value) t
      order by ${inOrder('p.score', 'p.image_id')}`,
  );
  const found = await rows<FoundImage>(db, text, used);
  return backward ? found.reverse() : found;
}

interface Keys {
  descending: boolean;
  /** SQL of the threshold that distances are from. */
  threshold: string;
  each(score: string, id: string): string[];
  of(score: string, id: string): string;
}

/** What rows are ordered by, in SQL. All keys run the same way, so that a row comparison finds what comes after a position. */
function keysOf(order: ImageOrder, values: Values): Keys {
  const keys = (descending: boolean, each: Keys['each'], threshold = ''): Keys => ({
    descending,
    threshold,
    each,
    of: (score, id) => each(score, id).join(', '),
  });
  switch (order.by) {
    case 'SCORE':
      return keys(order.descending, (score, id) => [score, id]);
    case 'NEWEST':
      return keys(true, (_, id) => [id]);
    case 'RANDOM': {
      const seed = values.add(order.seed, 'bigint');
      return keys(false, (_, id) => [`hashint4extended(${id}, ${seed})`, id]);
    }
    case 'DISTANCE': {
      // Of two as far away the one above comes first. Within one side the last two keys are the order of the index.
      const t = values.add(order.from, 'real');
      const outward = (score: string, value: string) => `case when ${score} >= ${t} then ${value} else - ${value} end`;
      const distance = (score: string) => `abs(${score}::double precision - ${t})`;
      return keys(
        false,
        (score, id) => [distance(score), `(${score} < ${t})::integer`, outward(score, score), outward(score, id)],
        t,
      );
    }
  }
}

/** Reads a branch along the index of scores; by distance in two parts, away from the threshold or towards it. */
function alongIndex(
  branch: Branch,
  order: ImageOrder,
  backward: boolean,
  t: string,
  position: { score: string } | null,
): (Branch & { order: string | null })[] {
  if (order.by !== 'DISTANCE') return [{ ...branch, order: null }];
  const by = (direction: string) => `s.score ${direction}, s.image_id ${direction}`;
  // The keys say exactly where to go on; these bounds, a little wider for rounding, let the index start nearby.
  const bounds = (sign: '+' | '-') => {
    if (position === null) return [];
    const reach = `abs(${position.score}::double precision - ${t}) ${backward ? '+' : '-'} 1e-6`;
    const outside = (sign === '+') !== backward ? '>=' : '<=';
    return [`s.score ${outside} (${t}::double precision ${sign} (${reach}))::real`];
  };
  const [outwardUp, outwardDown] = backward ? ['desc', 'asc'] : ['asc', 'desc'];
  return [
    { ...branch, where: [...branch.where, `s.score >= ${t}`, ...bounds('+')], order: by(outwardUp) },
    { ...branch, where: [...branch.where, `s.score < ${t}`, ...bounds('-')], order: by(outwardDown) },
  ];
}
