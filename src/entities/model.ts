import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm';

import { Backbone } from './backbone.js';
import { Collection } from './collection.js';
import { Run } from './run.js';
import { Threshold } from './threshold.js';

export type HeadName = 'LINEAR' | 'MLP';

/** FLIP: labelled pictures were learnt from flipped left to right as well. */
export type Augmentation = 'NONE' | 'FLIP';

export type CalibrationKind = 'NONE' | 'LABELS' | 'COLLECTION';

/** How scores are made of logits: score = sigmoid(slope * logit + intercept). */
export interface ModelCalibration {
  /** What was done; less than was asked for where `reason` says why. */
  kind: CalibrationKind;
  slope: number;
  intercept: number;
  /** Share of positives among the held-out labels, 0..1; null without any. */
  labelBalance: number | null;
  /** Share of positives that the scores assume, 0..1. */
  balance: number | null;
  /** How many unlabelled images the estimate of `balance` rests on. */
  sample: number;
  reason: string | null;
}

/** A trained filter: v1, v2, ... of its collection. */
@Entity({ name: 'models' })
@Unique(['collectionId', 'number'])
export class Model {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'collection_id', type: 'integer' })
  collectionId!: number;

  @Column({ name: 'number', type: 'integer' })
  number!: number;

  @Column({ name: 'backbone_id', type: 'smallint' })
  backboneId!: number;

  /** The TRAIN run that made it. */
  @Column({ name: 'run_id', type: 'integer', unique: true })
  runId!: number;

  @Column({ name: 'head', type: 'text' })
  head!: HeadName;

  @Column({ name: 'options', type: 'jsonb' })
  options!: Record<string, unknown>;

  @Column({ name: 'fingerprint', type: 'text' })
  fingerprint!: string;

  @Column({ name: 'labels_digest', type: 'text' })
  labelsDigest!: string;

  /** Where the model files are, relative to WINNOW_HOME. */
  @Column({ name: 'directory', type: 'text' })
  directory!: string;

  @Column({ name: 'positives', type: 'integer' })
  positives!: number;

  @Column({ name: 'negatives', type: 'integer' })
  negatives!: number;

  @Column({ name: 'chosen_epoch', type: 'integer' })
  chosenEpoch!: number;

  @Column({ name: 'metrics', type: 'jsonb' })
  metrics!: Record<string, number | null>;

  @Column({ name: 'calibration', type: 'jsonb' })
  calibration!: ModelCalibration;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @ManyToOne(() => Collection, (collection) => collection.models)
  @JoinColumn({ name: 'collection_id' })
  collection!: Relation<Collection>;

  @ManyToOne(() => Backbone)
  @JoinColumn({ name: 'backbone_id' })
  backbone!: Relation<Backbone>;

  @ManyToOne(() => Run)
  @JoinColumn({ name: 'run_id' })
  run!: Relation<Run>;

  @OneToMany(() => Threshold, (threshold) => threshold.model)
  thresholds!: Relation<Threshold>[];
}
