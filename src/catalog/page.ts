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

/** What takes no look at the image and none at the row of its score: the index of scores has the rest. */
export type BriefImage = Omit<ScoredImage, 'sha256' | 'logit' | 'label'>;

export type ScoreOrder = 'ASC' | 'DESC';

export interface ScorePage {
  modelId: number;
  /** Scores from here, 0..1, included. */
  min?: number;
  /** Scores up to here, 0..1, included. */
  max?: number;
  order: ScoreOrder;
  /** The first so many, at most LARGEST_SCORE_PAGE, after a position when one is given. */
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

/** The most rows of one page. */
export const LARGEST_SCORE_PAGE = 1000;

const NO_ID = 0; // ids start at 1
const HIGHEST_ID = 2 ** 31 - 1;

/**
 * A page of a model's images by score, in the order asked for, with `after` and `before` left out themselves. An index
 * range scan of just these rows, wherever the page lies (prepared once per connection and direction).
 */
export async function scorePage(db: Db, page: ScorePage): Promise<ScoredImage[]> {
  return pageOf<ScoredImage>(db, page, WHOLE, 'score-page');
}

/** The same without hash, logit and label, in half the time. */
export async function briefScorePage(db: Db, page: ScorePage): Promise<BriefImage[]> {
  return pageOf<BriefImage>(db, page, BRIEF, 'brief-score-page');
}

async function pageOf<Row extends BriefImage>(
  db: Db,
  page: ScorePage,
  sql: Record<'asc' | 'desc', string>,
  name: string,
): Promise<Row[]> {
  const forward = page.last === undefined;
  const scan = (page.order === 'ASC') === forward ? 'asc' : 'desc';
  const { from, to } = scoreRange(page);
  const found = await rows<Row>(
    db,
    sql[scan],
    [page.modelId, from.score, from.imageId, to.score, to.imageId, page.first ?? page.last, page.threshold ?? null],
    `${name}-${scan}`,
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

/**
 * $1 model, $2 $3 first position, $4 $5 last position, $6 rows, $7 threshold or null. What belongs to an image is looked up
 * for the rows of the page only, which come in order from the index. The planner cannot know how few $6 are, so the scan says
 * how many there can be at most: then its plan for any parameters looks as cheap as it is, and it keeps that one instead of
 * planning for longer than the statement runs.
 */
function pageSql(scan: 'asc' | 'desc', brief: boolean): string {
  const label = labelSql('$1', 's.image_id');
  const whole = `, ${sha256Sql('s.image_id')} as sha256, s.logit, ${label} as label`;
  return `
    select s.image_id as "imageId", s.score, ${uriSql('s.image_id')} as uri,
           ${verdictSql({ label, score: 's.score', threshold: 't.value' })} as verdict ${brief ? '' : whole}
      from (select image_id, score${brief ? '' : ', logit'} from winnow.scores
             where model_id = $1 and (score, image_id) >= ($2::real, $3::integer) and (score, image_id) <= ($4::real, $5::integer)
             order by score ${scan}, image_id ${scan} limit ${LARGEST_SCORE_PAGE}) s
     cross join (select coalesce($7::real, ${thresholdInForceSql('$1')}) as value offset 0) t
     order by s.score ${scan}, s.image_id ${scan} limit $6::integer`;
}

const WHOLE = { asc: pageSql('asc', false), desc: pageSql('desc', false) };
const BRIEF = { asc: pageSql('asc', true), desc: pageSql('desc', true) };
