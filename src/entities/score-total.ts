import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Model } from './model.js';

/** Sums over a hundred bins of a model; kept by triggers on score_bins. */
@Entity({ name: 'score_totals' })
export class ScoreTotal {
  @PrimaryColumn({ name: 'model_id', type: 'integer' })
  modelId!: number;

  /** 0..99: the bins from 100 times this on. */
  @PrimaryColumn({ name: 'hundred', type: 'smallint' })
  hundred!: number;

  @Column({ name: 'images', type: 'integer' })
  images!: number;

  @Column({ name: 'positives', type: 'integer' })
  positives!: number;

  @Column({ name: 'negatives', type: 'integer' })
  negatives!: number;

  @ManyToOne(() => Model)
  @JoinColumn({ name: 'model_id' })
  model!: Relation<Model>;
}
