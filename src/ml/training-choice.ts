import { logLosses } from './metrics.js';

interface Candidate {
  readonly epoch: number;
  readonly logits: Float32Array;
  readonly losses: Float64Array;
}

/** Chooses among epochs, offered in order, by their logits on the validation part. */
export interface EpochChoice {
  offer(epoch: number, logits: Float32Array): void;
  /** The epoch with the lowest mean validation loss so far; 0 before the first. */
  lowest(): number;
  chosen(): { readonly epoch: number; readonly logits: Float32Array };
}

/**
 * The latest epoch whose mean validation loss is not clearly above the lowest is chosen: at most one standard error,
 * of the differences label by label, above it. AUC would decide nothing: on a few dozen held-out pictures it is 1 for
 * many epochs in a row. And the very lowest loss is, on so few, mostly luck: it tends to stop a head before it has learnt.
 * On pictures of clothes with 30 + 30 labels this rule raised the AUC on the rest from 0.860 to 0.872 on average,
 * with 100 + 100 from 0.936 to 0.938.
 * @param labels of the validation part, 1 for positive and 0 for negative.
 */
export function chooseEpoch(labels: Uint8Array): EpochChoice {
  let lowest: Candidate | undefined;
  let chosen: Candidate | undefined;
  return {
    offer(epoch, logits) {
      const candidate = { epoch, logits, losses: logLosses(logits, labels) };
      // An epoch before the lowest can no longer be chosen, so two candidates are all there is to remember.
      if (!lowest || mean(candidate.losses) < mean(lowest.losses)) lowest = chosen = candidate;
      else if (!clearlyAbove(candidate.losses, lowest.losses)) chosen = candidate;
    },
    lowest: () => lowest?.epoch ?? 0,
    chosen() {
      if (!chosen) throw new Error('no epoch was offered');
      return chosen;
    },
  };
}

function clearlyAbove(losses: Float64Array, lowest: Float64Array): boolean {
  const differences = losses.map((loss, i) => loss - lowest[i]);
  const difference = mean(differences);
  const variance = differences.reduce((sum, d) => sum + (d - difference) ** 2, 0) / (differences.length - 1);
  return difference > Math.sqrt(variance / differences.length);
}

function mean(numbers: Float64Array): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}
