import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Run } from './run.js';

/** One epoch of a TRAIN run. */
@Entity({ name: 'epochs' })
export class Epoch {
  @PrimaryColumn({ name: 'run_id', type: 'integer' })
  runId!: number;

  /** From 1. */
  @PrimaryColumn({ name: 'epoch', type: 'integer' })
  epoch!: number;

  @Column({ name: 'loss', type: 'real' })
  loss!: number;

  @Column({ name: 'validation_loss', type: 'real' })
  validationLoss!: number;

  @Column({ name: 'validation_auc', type: 'real', nullable: true })
  validationAuc!: number | null;

  @Column({ name: 'validation_accuracy', type: 'real' })
  validationAccuracy!: number;

  @Column({ name: 'seconds', type: 'real' })
  seconds!: number;

  @ManyToOne(() => Run)
  @JoinColumn({ name: 'run_id' })
  run!: Relation<Run>;
}
