import { createRandom } from '../../src/ml/random.js';

export interface Scored {
  imageIds: Int32Array;
  logits: Float32Array;
  scores: Float32Array;
}

/** One image in five is what was looked for. */
const POSITIVE_SHARE = 0.2;
const LOGIT = { negative: -2.5, positive: 3, spread: 1.2 };

/** Scores of images `first`.. as a trained head gives them: two hills, near 0 and near 1, and few between. */
export function bimodalScores(first: number, count: number, seed: number): Scored {
  const random = createRandom(seed + first);
  const imageIds = new Int32Array(count);
  const logits = new Float32Array(count);
  const scores = new Float32Array(count);
  for (let i = 0; i < count; i += 1) {
    const middle = random.next() < POSITIVE_SHARE ? LOGIT.positive : LOGIT.negative;
    imageIds[i] = first + i;
    logits[i] = middle + LOGIT.spread * random.normal();
    scores[i] = 1 / (1 + Math.exp(-logits[i]));
  }
  return { imageIds, logits, scores };
}
