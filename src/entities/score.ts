import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a model says of an image. Partitioned by model, without foreign keys: written by COPY. */
@Entity({ name: 'scores' })
export class Score {
  @PrimaryColumn({ name: 'model_id', type: 'integer' })
  modelId!: number;

  @PrimaryColumn({ name: 'image_id', type: 'integer' })
  imageId!: number;

  @Column({ name: 'logit', type: 'real' })
  logit!: number;

  /** 0..1 */
  @Column({ name: 'score', type: 'real' })
  score!: number;
}
