import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Run } from './run.js';

/** A piece of a run that one worker takes at a time. */
@Entity({ name: 'run_chunks' })
export class RunChunk {
  @PrimaryColumn({ name: 'run_id', type: 'integer' })
  runId!: number;

  @PrimaryColumn({ name: 'number', type: 'integer' })
  number!: number;

  @Column({ name: 'span', type: 'jsonb' })
  span!: Record<string, unknown>;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: Date | null;

  @ManyToOne(() => Run)
  @JoinColumn({ name: 'run_id' })
  run!: Relation<Run>;
}
