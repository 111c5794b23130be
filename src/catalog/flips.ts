import { rows, type Db } from '../db.js';
import type { Verdict } from '../entities/index.js';
import { labelSql, sha256Sql, uriSql } from './image-columns.js';
import { scoreRange, type ScorePage, type ScorePosition } from './page.js';
import { reachedSql } from './score-bins.js';
import { checkThreshold } from './thresholds.js';
import { verdictSql } from './verdict.js';

export interface Flip extends ScorePosition {
  /** 64 hex digits */
  sha256: string;
  logit: number;
  was: Verdict;
  becomes: Verdict;
  /** Where it is found now; null when it is nowhere any more. */
  uri: string | null;
}

export type FlipPage = Pick<ScorePage, 'modelId' | 'order' | 'first' | 'after' | 'last' | 'before'> & {
  from: number;
  to: number;
};

/**
 * How many verdicts turn when the threshold moves. Labelled images never turn. Costs what two counts cost.
 * @throws WinnowError BAD_INPUT when a threshold is not within 0..1
 */
export async function flipCounts(
  db: Db,
  { modelId, from, to }: { modelId: number; from: number; to: number },
): Promise<{ toOk: number; toNg: number }> {
  checkThreshold(from);
  checkThreshold(to);
  const [low, high] = from < to ? [from, to] : [to, from];
  const [{ flips }] = await rows<{ flips: number }>(
    db,
    `select (low.images - low.positives - low.negatives - high.images + high.positives + high.negatives)::integer as flips
       from ${reachedSql('$1', '$2::real')} low cross join ${reachedSql('$1', '$3::real')} high`,
    [modelId, low, high],
    'flip-counts',
  );
  return to > from ? { toOk: 0, toNg: flips } : { toOk: flips, toNg: 0 };
}

/** The images whose verdict turns when the threshold moves, by score; paged like `scorePage`. */
export async function flipsPage(db: Db, page: FlipPage): Promise<Flip[]> {
  checkThreshold(page.from);
  checkThreshold(page.to);
  const [low, high] = page.from < page.to ? [page.from, page.to] : [page.to, page.from];
  const forward = page.last === undefined;
  const scan = (page.order === 'ASC') === forward ? 'asc' : 'desc';
  const { from, to } = scoreRange({ ...page, min: low, max: high }, true);
  const found = await rows<Flip>(
    db,
    FLIPS[scan],
    [page.modelId, from.score, from.imageId, to.score, to.imageId, page.first ?? page.last, page.from, page.to],
    `flips-page-${scan}`,
  );
  return forward ? found : found.reverse();
}

/**
 * $1 model, $2 $3 first position, $4 $5 last position, $6 rows, $7 threshold before, $8 threshold after. Looks labels up
 * along the index until the page is full; `offset 0` keeps that from being done anew wherever the label is named.
 */
function flipsSql(scan: 'asc' | 'desc'): string {
  const was = verdictSql({ label: 's.label', score: 's.score', threshold: '$7::real' });
  const becomes = verdictSql({ label: 's.label', score: 's.score', threshold: '$8::real' });
  return `
    select s.image_id as "imageId", ${sha256Sql('s.image_id')} as sha256, s.score, s.logit, ${was} as was,
           ${becomes} as becomes, ${uriSql('s.image_id')} as uri
      from (select s.image_id, s.score, s.logit, ${labelSql('$1', 's.image_id')} as label
              from winnow.scores s
             where s.model_id = $1 and (s.score, s.image_id) >= ($2::real, $3::integer)
               and (s.score, s.image_id) <= ($4::real, $5::integer)
             order by s.score ${scan}, s.image_id ${scan} offset 0) s
     where ${was} <> ${becomes}
     order by s.score ${scan}, s.image_id ${scan} limit $6::integer`;
}

const FLIPS = { asc: flipsSql('asc'), desc: flipsSql('desc') };
