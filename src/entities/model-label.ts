import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Image } from './image.js';
import type { LabelValue } from './label.js';
import { Model } from './model.js';

export type Part = 'TRAINING' | 'VALIDATION';

/** A label a model learnt from or was judged by, as it was then. */
@Entity({ name: 'model_labels' })
export class ModelLabel {
  @PrimaryColumn({ name: 'model_id', type: 'integer' })
  modelId!: number;

  @PrimaryColumn({ name: 'image_id', type: 'integer' })
  imageId!: number;

  @Column({ name: 'value', type: 'text' })
  value!: LabelValue;

  @Column({ name: 'part', type: 'text' })
  part!: Part;

  /** What a head that had not learnt from this label made of it; null where every head had. */
  @Column({ name: 'held_out_logit', type: 'real', nullable: true })
  heldOutLogit!: number | null;

  /** The calibrated score of `heldOutLogit`, 0..1. */
  @Column({ name: 'held_out_score', type: 'real', nullable: true })
  heldOutScore!: number | null;

  @ManyToOne(() => Model)
  @JoinColumn({ name: 'model_id' })
  model!: Relation<Model>;

  @ManyToOne(() => Image)
  @JoinColumn({ name: 'image_id' })
  image!: Relation<Image>;
}
