import { rocAuc, sigmoid } from './metrics.js';

/** NONE: score = sigmoid(logit). LABELS: fitted on held-out labels. COLLECTION: and shifted to the collection's balance. */
export type CalibrationKind = 'NONE' | 'LABELS' | 'COLLECTION';

/** From raw logits to probabilities: score = sigmoid(slope * logit + intercept). */
export interface Calibration {
  /** What was done; less than was asked for where `reason` says why. */
  readonly kind: CalibrationKind;
  /** Above 0: calibration never changes the order of scores. */
  readonly slope: number;
  readonly intercept: number;
  /** Share of positives among the held-out labels, 0..1; null without any. */
  readonly labelBalance: number | null;
  /** Share of positives that the scores assume, 0..1: estimated for COLLECTION, else that of the labels. */
  readonly balance: number | null;
  /** How many unlabelled logits the estimate rests on. */
  readonly sample: number;
  readonly reason: string | null;
}

export interface HeldOut {
  /** n raw logits, each by a head that has not seen the label. */
  readonly logits: Float32Array;
  /** n, 1 for positive and 0 for negative. */
  readonly labels: Uint8Array;
}

/** Below so many held-out labels of a class, or so many unlabelled images, an estimate says more about luck than about them. */
const LEAST_LABELS = 10;
const LEAST_SAMPLE = 50;
/** Where scores hardly tell the classes apart, any balance explains the unlabelled ones about as well. */
const LEAST_AUC = 0.75;
/**
 * Images with the labels' balance that are added to the unlabelled ones. Without them the estimate ran away to 0 with 30 and
 * with 50 labels a class on photographs of clothes, 5% of them positive; with them it stayed between 2% and 6%.
 */
const PRIOR_IMAGES = 20;
const STEEPEST = 50;
const FLATTEST = 0.02;

/** Scores as they come: sigmoid(logit). */
export function uncalibrated(reason: string | null = null, { labels }: Pick<HeldOut, 'labels'> = NOTHING): Calibration {
  const share = labels.length === 0 ? null : balanceOf(labels);
  return { kind: 'NONE', slope: 1, intercept: 0, labelBalance: share, balance: share, sample: 0, reason };
}

const NOTHING: Pick<HeldOut, 'labels'> = { labels: new Uint8Array(0) };

/**
 * Platt scaling on held-out logits (Platt 1999, with his smoothed targets), then a shift of the intercept to the balance
 * that unlabelled logits point to (Saerens, Latinne and Decaestecker 2002). Labels are rarely drawn with the scrape's balance;
 * what is assumed is that positives look alike in both, and negatives too. Falls back, with a reason, where
 * there is too little to estimate from.
 * @param unlabelled raw logits by the model of images without a label, a random sample.
 */
export function fitCalibration(heldOut: HeldOut, unlabelled: Float32Array, asked: CalibrationKind): Calibration {
  if (asked === 'NONE') return uncalibrated(null, heldOut);
  const positives = heldOut.labels.reduce((sum, label) => sum + label, 0);
  const fewest = Math.min(positives, heldOut.labels.length - positives);
  if (fewest < LEAST_LABELS) {
    const reason = `Only ${fewest} held-out labels of one class, but calibration needs ${LEAST_LABELS}.`;
    return uncalibrated(reason, heldOut);
  }
  const { slope, intercept } = platt(heldOut);
  const labelBalance = balanceOf(heldOut.labels);
  const fitted = { kind: 'LABELS', slope, intercept, labelBalance, balance: labelBalance, sample: 0 } as const;
  if (asked === 'LABELS') return { ...fitted, reason: null };
  if (unlabelled.length < LEAST_SAMPLE) {
    const reason = `Only ${unlabelled.length} unlabelled images could be looked at, but the balance of the collection is estimated from ${LEAST_SAMPLE} or more.`;
    return { ...fitted, reason };
  }
  const auc = rocAuc(heldOut.logits, heldOut.labels) ?? 0;
  if (auc < LEAST_AUC) {
    const reason = `The held-out AUC is ${auc.toFixed(3)}, too low to estimate the balance of the collection (from ${LEAST_AUC} on).`;
    return { ...fitted, reason };
  }
  const posteriors = Float64Array.from(unlabelled, (logit) => slope * logit + intercept);
  const balance = estimateBalance(posteriors, labelBalance);
  return {
    kind: 'COLLECTION',
    slope,
    intercept: intercept + logOdds(balance) - logOdds(labelBalance),
    labelBalance,
    balance,
    sample: unlabelled.length,
    reason: null,
  };
}

/** The score of a raw logit, 0..1, in double precision. */
export function calibratedScore({ slope, intercept }: Calibration, logit: number): number {
  return sigmoid(slope * logit + intercept);
}

/**
 * Slope and intercept with the least cross-entropy, by Newton's method: two parameters, convex. Smoothed targets keep
 * them finite when the classes are apart; what is steeper or flatter than any sensible head is held back.
 */
function platt({ logits, labels }: HeldOut): { slope: number; intercept: number } {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (labels.length - positives + 2);
  // Newton's steps overshoot on logits of unlike scales, and halving them until the loss falls is all that takes.
  const loss = (a: number, b: number): number =>
    logits.reduce((sum, logit, i) => {
      const z = a * logit + b;
      const target = labels[i] === 1 ? high : low;
      return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target * z;
    }, 0);
  let [slope, intercept] = [1, 0];
  let current = loss(slope, intercept);
  for (let round = 0; round < 100; round++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9];
    logits.forEach((logit, i) => {
      const p = sigmoid(slope * logit + intercept);
      const error = p - (labels[i] === 1 ? high : low);
      const weight = p * (1 - p);
      ga += error * logit;
      gb += error;
      haa += weight * logit * logit;
      hab += weight * logit;
      hbb += weight;
    });
    const determinant = haa * hbb - hab * hab;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    let step = 1;
    while (step > 1e-6 && !(loss(slope - step * da, intercept - step * db) < current)) step /= 2;
    if (step <= 1e-6) break;
    slope -= step * da;
    intercept -= step * db;
    current = loss(slope, intercept);
  }
  return { slope: Math.min(Math.max(slope, FLATTEST), STEEPEST), intercept };
}

/**
 * Share of positives, by expectation maximisation: the posteriors at the share so far give the next share. The likelihood has
 * one maximum, and PRIOR_IMAGES keep it away from 0 and 1.
 * @param logits calibrated at the balance `from`.
 */
function estimateBalance(logits: Float64Array, from: number): number {
  let share = from;
  for (let round = 0; round < 1000; round++) {
    const shift = logOdds(share) - logOdds(from);
    const positives = logits.reduce((sum, logit) => sum + sigmoid(logit + shift), 0);
    const next = (positives + PRIOR_IMAGES * from) / (logits.length + PRIOR_IMAGES);
    const moved = Math.abs(next - share);
    share = next;
    if (moved < 1e-9) break;
  }
  return share;
}

function balanceOf(labels: Uint8Array): number {
  return labels.reduce((sum, label) => sum + label, 0) / labels.length;
}

function logOdds(share: number): number {
  return Math.log(share / (1 - share));
}
