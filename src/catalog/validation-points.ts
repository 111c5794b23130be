import { rows, type Db } from '../db.js';

/** What a threshold makes of the validation labels of a model. */
export interface ValidationPoint {
  /** 0..1 */
  threshold: number;
  /** POSITIVE ones that reach the threshold. */
  truePositives: number;
  /** NEGATIVE ones that reach it. */
  falsePositives: number;
  /** NEGATIVE ones that do not. */
  trueNegatives: number;
  /** POSITIVE ones that do not. */
  falseNegatives: number;
}

/** A held-out score, by a head that had not learnt from the label, and how many have it or a higher one. */
interface Reached {
  modelId: number;
  /** 0..1 */
  score: number;
  positive: number;
  negative: number;
}

/** By descending score, each score once; empty where nothing was held out. */
export type Validation = readonly Reached[];

/** The held-out scores of the labels of models. One statement, which reads those labels and no other. */
export async function validationOf(db: Db, modelIds: readonly number[]): Promise<Validation[]> {
  const found = await rows<Reached>(
    db,
    /* sql */ `
      select distinct on (model_id, held_out_score) model_id as "modelId", held_out_score as score,
        (count(*) filter (where value = 'POSITIVE') over reached)::integer as positive,
        (count(*) filter (where value = 'NEGATIVE') over reached)::integer as negative
      from winnow.model_labels
      where model_id = any($1::integer[]) and held_out_score is not null
      window reached as (partition by model_id order by held_out_score desc)
      order by model_id, held_out_score desc`,
    [modelIds],
    'validation-of',
  );
  return modelIds.map((id) => found.filter(({ modelId }) => modelId === id));
}

/** The point of any threshold, 0..1; null where nothing was held out. */
export function validationAt(validation: Validation, threshold: number): ValidationPoint | null {
  const all = validation.at(-1);
  if (all === undefined) return null;
  // Scores are 32-bit floats, and so is a threshold once it is compared with them.
  const reached = validation.findLast(({ score }) => score >= Math.fround(threshold)) ?? { positive: 0, negative: 0 };
  return pointOf(threshold, reached, all);
}

/**
 * The points at which anything changes, from the strictest threshold to the most lenient: all that a ROC or a precision-recall
 * curve has. Where there are more than `most`, evenly chosen ones, the last included.
 */
export function validationPoints(validation: Validation, most: number): ValidationPoint[] {
  const all = validation.at(-1);
  if (all === undefined) return [];
  const step = Math.max(1, (validation.length - 1) / (most - 1));
  const count = Math.min(validation.length, most);
  return Array.from({ length: count }, (_, i) => {
    const reached = validation[Math.round(i * step)];
    return pointOf(reached.score, reached, all);
  });
}

function pointOf(
  threshold: number,
  { positive, negative }: Pick<Reached, 'positive' | 'negative'>,
  all: Pick<Reached, 'positive' | 'negative'>,
): ValidationPoint {
  return {
    threshold,
    truePositives: positive,
    falsePositives: negative,
    trueNegatives: all.negative - negative,
    falseNegatives: all.positive - positive,
  };
}
