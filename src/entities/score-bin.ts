import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Model } from './model.js';

/** How many scores of a model fall into one of 10,000 equal bins. */
@Entity({ name: 'score_bins' })
export class ScoreBin {
  @PrimaryColumn({ name: 'model_id', type: 'integer' })
  modelId!: number;

  /** 0..9999 */
  @PrimaryColumn({ name: 'bin', type: 'smallint' })
  bin!: number;

  @Column({ name: 'images', type: 'integer' })
  images!: number;

  /** How many of them are labelled POSITIVE now; kept by a trigger on labels. */
  @Column({ name: 'positives', type: 'integer', default: 0 })
  positives!: number;

  /** How many of them are labelled NEGATIVE now; kept by a trigger on labels. */
  @Column({ name: 'negatives', type: 'integer', default: 0 })
  negatives!: number;

  @ManyToOne(() => Model)
  @JoinColumn({ name: 'model_id' })
  model!: Relation<Model>;
}
