import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';

import type { FailureCode } from '../errors.js';
import { Image } from './image.js';
import { Run, type StageName } from './run.js';

/** What went wrong with one image, or with one file that is no image. */
@Entity({ name: 'failures' })
export class Failure {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'run_id', type: 'integer' })
  runId!: number;

  @Column({ name: 'stage', type: 'text' })
  stage!: StageName;

  @Column({ name: 'image_id', type: 'integer', nullable: true })
  imageId!: number | null;

  @Column({ name: 'uri', type: 'text', nullable: true })
  uri!: string | null;

  /** 1 for the first run in which this image (or uri) failed at this stage, 2 for the second, ... */
  @Column({ name: 'attempt', type: 'integer', default: 1 })
  attempt!: number;

  @Column({ name: 'code', type: 'text' })
  code!: FailureCode;

  @Column({ name: 'message', type: 'text' })
  message!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @ManyToOne(() => Run, (run) => run.failures)
  @JoinColumn({ name: 'run_id' })
  run!: Relation<Run>;

  @ManyToOne(() => Image, { nullable: true })
  @JoinColumn({ name: 'image_id' })
  image!: Relation<Image> | null;
}
