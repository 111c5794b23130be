import { rows, type Db } from '../db.js';
import type { Augmentation, HeadName } from '../entities/index.js';
import { modelFlipCounts, sidesOf, type Side } from './model-flips.js';
import { validationAt, validationOf, type Validation } from './validation-points.js';

/** What one model is and is worth, for a table with another one's beside it. Null where it was not measured. */
export interface ComparedModel {
  modelId: number;
  /** In the collection, from 1. */
  number: number;
  head: HeadName;
  backbone: string;
  /** Of the backbone. */
  arithmetic: 'FP32' | 'INT8';
  augmentation: Augmentation;
  /** Labels it was made with. */
  positives: number;
  negatives: number;
  /** 0..1, what the next three and the flips are taken at. */
  threshold: number;
  /** Shares of the held-out labels at the threshold, 0..1. */
  accuracy: number | null;
  precision: number | null;
  recall: number | null;
  /** Area under the ROC curve of the held-out labels. */
  validationAuc: number | null;
  /** Mean squared difference of score and label. */
  brier: number | null;
  /** Expected calibration error, 0..1. */
  calibrationError: number | null;
}

export interface Comparison {
  from: ComparedModel;
  to: ComparedModel;
  /** Verdicts that differ, among the images that both have scored. */
  flips: { toOk: number; toNg: number };
}

type Asked = Pick<Side, 'modelId'> & { threshold?: number };

/** A model at its threshold, with what that makes of the held-out labels. */
export type RatedSide = Pick<ComparedModel, 'modelId' | 'threshold' | 'accuracy' | 'precision' | 'recall'>;

/**
 * Two models of a collection, each at its threshold, the one in force when left out.
 * @throws WinnowError as sidesOf()
 */
export async function rateModels(db: Db, asked: { from: Asked; to: Asked }): Promise<[from: RatedSide, to: RatedSide]> {
  const [from, to] = await sidesOf(db, [asked.from, asked.to]);
  const validations = await validationOf(db, [from.modelId, to.modelId]);
  const rated = ({ modelId, threshold }: Side, i: number): RatedSide => ({
    modelId,
    threshold,
    ...ratesAt(validations[i], threshold),
  });
  return [rated(from, 0), rated(to, 1)];
}

/**
 * Two models of a collection side by side, each at its threshold, the one in force when left out.
 * @throws WinnowError as sidesOf()
 */
export async function compareModels(db: Db, asked: { from: Asked; to: Asked }): Promise<Comparison> {
  const [from, to] = await rateModels(db, asked);
  const facts = await rows<Facts>(db, FACTS, [[from.modelId, to.modelId]], 'compared-models');
  const flips = await modelFlipCounts(db, { from, to });
  return { from: { ...facts[0], ...from }, to: { ...facts[1], ...to }, flips };
}

type Facts = Omit<ComparedModel, keyof RatedSide>;

const FACTS = `
  select m.number, m.head, b.name as backbone, coalesce(b.spec ->> 'arithmetic', 'FP32') as arithmetic,
         coalesce(m.options ->> 'augmentation', 'NONE') as augmentation, m.positives, m.negatives,
         (m.metrics ->> 'validationAuc')::double precision as "validationAuc",
         (m.metrics ->> 'brier')::double precision as brier,
         (m.metrics ->> 'calibrationError')::double precision as "calibrationError"
    from unnest($1::integer[]) with ordinality as asked (model_id, at)
    join winnow.models m on m.id = asked.model_id
    join winnow.backbones b on b.id = m.backbone_id
   order by asked.at`;

function ratesAt(validation: Validation, threshold: number): Pick<ComparedModel, 'accuracy' | 'precision' | 'recall'> {
  const point = validationAt(validation, threshold);
  if (point === null) return { accuracy: null, precision: null, recall: null };
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = point;
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    accuracy: share(truePositives + trueNegatives, truePositives + falsePositives + trueNegatives + falseNegatives),
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
  };
}
