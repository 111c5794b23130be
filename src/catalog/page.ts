import { rows, type Db } from '../db.js';
import type { LabelValue, Verdict } from '../entities/index.js';
import { labelSql, sha256Sql, uriSql } from './image-columns.js';
import { thresholdInForceSql, verdictSql } from './verdict.js';

/** Where a row stands among a model's scores: rows are ordered by score, then image. */
export interface ScorePosition {
  score: number;
  imageId: number;
}

export interface ScoredImage extends ScorePosition {
  /** 64 hex digits */
  sha256: string;
  logit: number;
  label: LabelValue | null;
  verdict: Verdict;
  /** Where it is found now, the longest known source; null when it is nowhere any more. */
  uri: string | null;
}

export type ScoreOrder = 'ASC' | 'DESC';

export interface ScorePage {
  modelId: number;
  /** Scores from here, 0..1, included. */
  min?: number;
  /** Scores up to here, 0..1, included. */
  max?: number;
  order: ScoreOrder;
  /** The first so many, after a position when one is given. */
  first?: number;
  after?: ScorePosition;
  /** The last so many, before a position when one is given. */
  last?: number;
  before?: ScorePosition;
  /** What verdicts are by; the threshold in force when left out. */
  threshold?: number;
}

/** Bounds of an index range scan, both included. */
export interface ScoreRange {
  from: ScorePosition;
  to: ScorePosition;
}

const NO_ID = 0; // ids start at 1
const HIGHEST_ID = 2 ** 31 - 1;

/**
 * A page of a model's images by score, in the order asked for, with `after` and `before` left out themselves. An index
 * range scan of just these rows, wherever the page lies (prepared once per connection and direction).
 */
export async function scorePage(db: Db, page: ScorePage): Promise<ScoredImage[]> {
  const forward = page.last === undefined;
  const scan = (page.order === 'ASC') === forward ? 'asc' : 'desc';
  const { from, to } = scoreRange(page);
  const found = await rows<ScoredImage>(
    db,
    PAGE[scan],
    [page.modelId, from.score, from.imageId, to.score, to.imageId, page.first ?? page.last, page.threshold ?? null],
    `score-page-${scan}`,
  );
  return forward ? found : found.reverse();
}

/**
 * The range of positions that a page may take rows from: its scores, cut by its cursors.
 * @param open leaves out scores of exactly `max`
 */
export function scoreRange(
  { min = 0, max = 1, order, after, before }: Pick<ScorePage, 'min' | 'max' | 'order' | 'after' | 'before'>,
  open = false,
): ScoreRange {
  const whole = { from: { score: min, imageId: NO_ID }, to: { score: max, imageId: open ? NO_ID : HIGHEST_ID } };
  return cutRange(whole, order === 'ASC' ? { above: after, below: before } : { above: before, below: after });
}

// One id on is the next position, as ids are whole numbers.
function cutRange(range: ScoreRange, { above, below }: { above?: ScorePosition; below?: ScorePosition }): ScoreRange {
  const { from, to } = range;
  return {
    from: above && isBefore(from, above) ? { score: above.score, imageId: above.imageId + 1 } : from,
    to: below && isBefore(below, to) ? { score: below.score, imageId: below.imageId - 1 } : to,
  };
}

/** In the order of the index; compared as the `real`s they are in the table. */
function isBefore(a: ScorePosition, b: ScorePosition): boolean {
  const [scoreA, scoreB] = [Math.fround(a.score), Math.fround(b.score)];
  return scoreA < scoreB || (scoreA === scoreB && a.imageId < b.imageId);
}

/** $1 model, $2 $3 first position, $4 $5 last position, $6 rows, $7 threshold or null. */
function pageSql(scan: 'asc' | 'desc'): string {
  const verdict = verdictSql({ label: 's.label', score: 's.score', threshold: 't.value' });
  return `
    select s.image_id as "imageId", s.sha256, s.score, s.logit, s.label, ${verdict} as verdict, s.uri
      from (select s.image_id, s.score, s.logit, ${sha256Sql('s.image_id')} as sha256,
                   ${labelSql('$1', 's.image_id')} as label, ${uriSql('s.image_id')} as uri
              from winnow.scores s
             where s.model_id = $1 and (s.score, s.image_id) >= ($2::real, $3::integer)
               and (s.score, s.image_id) <= ($4::real, $5::integer)
             order by s.score ${scan}, s.image_id ${scan} limit $6::integer) s
     cross join (select coalesce($7::real, ${thresholdInForceSql('$1')}) as value) t
     order by s.score ${scan}, s.image_id ${scan}`;
}

const PAGE = { asc: pageSql('asc'), desc: pageSql('desc') };
