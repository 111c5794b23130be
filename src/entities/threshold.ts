import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';

import { Model } from './model.js';

/** A dated record on a model. The newest is in force. */
@Entity({ name: 'thresholds' })
export class Threshold {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'model_id', type: 'integer' })
  modelId!: number;

  /** 0..1 */
  @Column({ name: 'value', type: 'real' })
  value!: number;

  @Column({ name: 'note', type: 'text', nullable: true })
  note!: string | null;

  @Column({ name: 'who', type: 'text' })
  who!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @ManyToOne(() => Model, (model) => model.thresholds)
  @JoinColumn({ name: 'model_id' })
  model!: Relation<Model>;
}
