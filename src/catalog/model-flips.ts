import { rows, type Db } from '../db.js';
import { WinnowError } from '../errors.js';
import type { Verdict } from '../entities/index.js';
import { labelSql, sha256Sql, uriSql } from './image-columns.js';
import { scoreRange, type ScorePage, type ScorePosition } from './page.js';
import { checkThreshold } from './thresholds.js';
import { thresholdInForceSql, verdictSql } from './verdict.js';

/** One side of a comparison: a model and the threshold that its scores are held against. */
export interface Side {
  modelId: number;
  threshold: number;
}

/** An image that two models, each at its threshold, do not agree on; `score` and `logit` are by the second one. */
export interface ModelFlip extends ScorePosition {
  /** 64 hex digits */
  sha256: string;
  logit: number;
  /** The score by the first model. */
  scoreBefore: number;
  was: Verdict;
  becomes: Verdict;
  /** Where it is found now; null when it is nowhere any more. */
  uri: string | null;
}

export type ModelFlipPage = Pick<ScorePage, 'order' | 'first' | 'after' | 'last' | 'before'> & { from: Side; to: Side };

/**
 * The two sides of a comparison as they are asked for, a threshold left out being the one in force.
 * @throws WinnowError NOT_FOUND for a model that is not there; BAD_INPUT when the models are of two collections
 */
export async function sidesOf(
  db: Db,
  asked: readonly { modelId: number; threshold?: number }[],
): Promise<(Side & { collectionId: number })[]> {
  for (const { threshold } of asked) if (threshold !== undefined) checkThreshold(threshold);
  const sides = await rows<Side & { collectionId: number }>(
    db,
    `select m.id as "modelId", m.collection_id as "collectionId",
            coalesce(asked.threshold, ${thresholdInForceSql('m.id')}) as threshold
       from unnest($1::integer[], $2::real[]) with ordinality as asked (model_id, threshold, at)
       join winnow.models m on m.id = asked.model_id order by asked.at`,
    [asked.map(({ modelId }) => modelId), asked.map(({ threshold }) => threshold ?? null)],
    'sides-of',
  );
  if (sides.length < asked.length) throw new WinnowError('NOT_FOUND', 'There is no model with this id.');
  if (sides.some(({ collectionId }) => collectionId !== sides[0].collectionId)) {
    throw new WinnowError(
      'BAD_INPUT',
      'to.model must be a model of the same collection as from.model, but is of another.',
    );
  }
  return sides;
}

/**
 * How many verdicts differ between two models of a collection, each at its threshold, among the images that both have
 * scored. Labelled images never differ. Reads every score of both: the bins of two models do not say which image is where.
 */
export async function modelFlipCounts(
  db: Db,
  { from, to }: { from: Side; to: Side },
): Promise<{ toOk: number; toNg: number }> {
  const [counts] = await rows<{ toOk: number; toNg: number }>(
    db,
    `select (count(*) filter (where s.score >= $4::real))::integer as "toOk",
            (count(*) filter (where s.score < $4::real))::integer as "toNg"
       from winnow.scores s join winnow.scores b on b.model_id = $1 and b.image_id = s.image_id
      where s.model_id = $3 and (b.score >= $2::real) <> (s.score >= $4::real)
        and not exists (select from winnow.labels l join winnow.models m on m.collection_id = l.collection_id
                         where m.id = $3 and l.image_id = s.image_id and l.superseded_at is null)`,
    [from.modelId, from.threshold, to.modelId, to.threshold],
  );
  return counts;
}

/**
 * The images whose verdict differs between two models, by their score with the second one; paged like `scorePage`. Goes
 * along the second model's scores until the page is full, looking up those of the first.
 */
export async function modelFlipsPage(db: Db, page: ModelFlipPage): Promise<ModelFlip[]> {
  const forward = page.last === undefined;
  const scan = (page.order === 'ASC') === forward ? 'asc' : 'desc';
  const { from, to } = scoreRange(page);
  const found = await rows<ModelFlip>(
    db,
    FLIPS[scan],
    [
      page.to.modelId,
      from.score,
      from.imageId,
      to.score,
      to.imageId,
      page.first ?? page.last,
      page.to.threshold,
      page.from.modelId,
      page.from.threshold,
    ],
    `model-flips-page-${scan}`,
  );
  return forward ? found : found.reverse();
}

/**
 * $1 second model, $2 $3 first position, $4 $5 last position, $6 rows, $7 threshold of the second model, $8 first model,
 * $9 its threshold. `offset 0` keeps the look-ups from being done anew wherever they are named, and in the order of the index.
 */
function flipsSql(scan: 'asc' | 'desc'): string {
  const was = verdictSql({ label: 's.label', score: 's.before', threshold: '$9::real' });
  const becomes = verdictSql({ label: 's.label', score: 's.score', threshold: '$7::real' });
  return `
    select s.image_id as "imageId", ${sha256Sql('s.image_id')} as sha256, s.score, s.logit, s.before as "scoreBefore",
           ${was} as was, ${becomes} as becomes, ${uriSql('s.image_id')} as uri
      from (select s.image_id, s.score, s.logit, ${labelSql('$1', 's.image_id')} as label,
                   (select b.score from winnow.scores b where b.model_id = $8 and b.image_id = s.image_id) as before
              from winnow.scores s
             where s.model_id = $1 and (s.score, s.image_id) >= ($2::real, $3::integer)
               and (s.score, s.image_id) <= ($4::real, $5::integer)
             order by s.score ${scan}, s.image_id ${scan} offset 0) s
     where s.before is not null and ${was} <> ${becomes}
     order by s.score ${scan}, s.image_id ${scan} limit $6::integer`;
}

const FLIPS = { asc: flipsSql('asc'), desc: flipsSql('desc') };
