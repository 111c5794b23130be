import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';

import type { RequestCode } from '../errors.js';
import { Collection } from './collection.js';
import { Failure } from './failure.js';

export const STAGES = ['INGEST', 'RESIZE', 'EMBED', 'TRAIN', 'CLASSIFY', 'EXPORT'] as const;
export type StageName = (typeof STAGES)[number];

export const RUN_STATES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** One execution of a stage. */
@Entity({ name: 'runs' })
export class Run {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'collection_id', type: 'integer' })
  collectionId!: number;

  @Column({ name: 'stage', type: 'text' })
  stage!: StageName;

  @Column({ name: 'state', type: 'text', default: 'QUEUED' })
  state!: RunState;

  @Column({ name: 'options', type: 'jsonb', default: {} })
  options!: Record<string, unknown>;

  @Column({ name: 'requested_by', type: 'text', default: 'local' })
  requestedBy!: string;

  /** Items to go through; null until known. */
  @Column({ name: 'total', type: 'integer', nullable: true })
  total!: number | null;

  @Column({ name: 'done', type: 'integer', default: 0 })
  done!: number;

  @Column({ name: 'skipped', type: 'integer', default: 0 })
  skipped!: number;

  @Column({ name: 'failed', type: 'integer', default: 0 })
  failed!: number;

  @Column({ name: 'outcome', type: 'jsonb', default: {} })
  outcome!: Record<string, unknown>;

  @Column({ name: 'error_code', type: 'text', nullable: true })
  errorCode!: RequestCode | null;

  @Column({ name: 'error_message', type: 'text', nullable: true })
  errorMessage!: string | null;

  @Column({ name: 'cancel_requested_at', type: 'timestamptz', nullable: true })
  cancelRequestedAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: Date | null;

  @ManyToOne(() => Collection, (collection) => collection.runs)
  @JoinColumn({ name: 'collection_id' })
  collection!: Relation<Collection>;

  @OneToMany(() => Failure, (failure) => failure.run)
  failures!: Relation<Failure>[];
}
