import { calibratedScore, fitCalibration, uncalibrated, type Calibration, type HeldOut } from './calibration.js';

/** Scored labels; a weight says how many labels it stands for. */
interface Scored {
  readonly score: number;
  /** 1 for positive and 0 for negative. */
  readonly label: number;
  readonly weight: number;
}

const BINS = 10;
const PARTS = 5;

/**
 * Brier score and expected calibration error of held-out labels, by uncalibrated and by calibrated scores. The
 * calibration of each fifth of the labels is fitted on the others, so that none is judged by a fit that has seen it. Labels are weighed
 * so that positives have the share that the calibration assumes of the collection.
 */
export function calibrationMetrics(heldOut: HeldOut, calibration: Calibration): Record<string, number | null> {
  const plain = uncalibrated();
  const before = scored(heldOut, calibration, () => plain);
  const after = calibration.kind === 'NONE' ? before : scored(heldOut, calibration, crossFitted(heldOut, calibration));
  return {
    uncalibratedBrier: brier(before),
    brier: brier(after),
    uncalibratedCalibrationError: calibrationError(before),
    calibrationError: calibrationError(after),
  };
}

/** What each class weighs so that positives have the share `balance` of all; 1 and 1 when that is unknown. */
function classWeights({ labelBalance, balance }: Pick<Calibration, 'labelBalance' | 'balance'>): {
  positive: number;
  negative: number;
} {
  if (labelBalance === null || balance === null || labelBalance === 0 || labelBalance === 1) {
    return { positive: 1, negative: 1 };
  }
  return { positive: balance / labelBalance, negative: (1 - balance) / (1 - labelBalance) };
}

/** Mean squared difference of score and label, 0..1; null without labels. */
export function brier(labels: readonly Scored[]): number | null {
  const weight = labels.reduce((sum, item) => sum + item.weight, 0);
  if (weight === 0) return null;
  return labels.reduce((sum, { score, label, weight: own }) => sum + own * (score - label) ** 2, 0) / weight;
}

/** How far scores are from the share of positives, bin by bin, each bin counting by its weight: 0..1; null without labels. */
export function calibrationError(labels: readonly Scored[], bins = BINS): number | null {
  const weight = labels.reduce((sum, item) => sum + item.weight, 0);
  if (weight === 0) return null;
  const off = new Float64Array(bins);
  for (const { score, label, weight: own } of labels) {
    off[Math.min(Math.floor(score * bins), bins - 1)] += own * (score - label);
  }
  return off.reduce((sum, difference) => sum + Math.abs(difference), 0) / weight;
}

/** For each label the calibration fitted on the parts that it is not in, shifted as far as the whole one is. */
function crossFitted({ logits, labels }: HeldOut, whole: Calibration): (i: number) => Calibration {
  const fits = Array.from({ length: PARTS }, (_, part) => {
    const others = (_: unknown, i: number): boolean => i % PARTS !== part;
    const fit = fitCalibration({ logits: logits.filter(others), labels: labels.filter(others) }, NO_LOGITS, 'LABELS');
    const { positive, negative } = classWeights(whole);
    return { ...fit, intercept: fit.intercept + Math.log(positive / negative) };
  });
  return (i) => fits[i % PARTS];
}

const NO_LOGITS = new Float32Array(0);

function scored({ logits, labels }: HeldOut, balance: Calibration, by: (i: number) => Calibration): Scored[] {
  const { positive, negative } = classWeights(balance);
  return Array.from(labels, (label, i) => ({
    score: calibratedScore(by(i), logits[i]),
    label,
    weight: label === 1 ? positive : negative,
  }));
}
