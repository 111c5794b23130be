import type { EntityManager } from 'typeorm';

import type { TrainingLabel } from '../catalog/labels.js';
import { nearDuplicateGroups } from '../ml/groups.js';
import type { HeadWeights } from '../ml/heads.js';
import type { Epochs, TrainedHead, TrainOptions } from '../ml/training.js';
import type { UnrecordedSpec } from './networks.js';
import type { ChunkInHand, RunInHand } from './stage.js';
import type { TrainingOptions } from './train-options.js';
import type { UnlabelledSample } from './unlabelled-sample.js';

export interface TrainingAsked {
  readonly run: RunInHand<TrainingOptions>;
  readonly chunk: ChunkInHand<object>;
  readonly options: TrainOptions;
  readonly labels: TrainingLabel[];
  /** A folder that is empty, and removed when the run is over. */
  readonly scratch: string;
  readonly onEpoch: (epoch: Epochs['epochs'][number]) => Promise<void>;
}

/** What training gives, of whichever kind it was. */
export interface Made {
  /** Those whose images could be used. */
  readonly labels: TrainingLabel[];
  readonly trained: Epochs & Pick<TrainedHead, 'backend'>;
  readonly head: HeadWeights;
  /** What the head reads. */
  readonly features: UnrecordedSpec;
  /** Files that the model has beside its head, by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly sample: UnlabelledSample;
  /** Beside those of `trained`. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Makes the features known to the catalog. @returns the row of winnow.backbones. */
  record(tx: EntityManager): Promise<number>;
}

/** n, 1 for positive and 0 for negative; and the near-duplicate group of each. */
export function setOf(labels: readonly TrainingLabel[]): { labels: Uint8Array; groups: Int32Array } {
  return {
    labels: Uint8Array.from(labels, ({ value }) => (value === 'POSITIVE' ? 1 : 0)),
    groups: nearDuplicateGroups(BigInt64Array.from(labels, ({ phash }) => phash)),
  };
}
