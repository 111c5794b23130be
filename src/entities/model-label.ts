import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Image } from './image.js';
import type { LabelValue } from './label.js';
import { Model } from './model.js';

export type Part = 'TRAINING' | 'VALIDATION';

/** A label a model learnt from, as it was then. */
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

  @ManyToOne(() => Model)
  @JoinColumn({ name: 'model_id' })
  model!: Relation<Model>;

  @ManyToOne(() => Image)
  @JoinColumn({ name: 'image_id' })
  image!: Relation<Image>;
}
