import { Column, Entity, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';

import { Model } from './model.js';
import { Run } from './run.js';

@Entity({ name: 'collections' })
export class Collection {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'name', type: 'text', unique: true })
  name!: string;

  /** What is asked of each image, in words: "is this a person?" */
  @Column({ name: 'question', type: 'text', nullable: true })
  question!: string | null;

  /** How many images it has; kept by a trigger on collection_images. */
  @Column({ name: 'images', type: 'integer', default: 0, insert: false, update: false })
  images!: number;

  /** How many of them are labelled POSITIVE now; kept by a trigger on labels. */
  @Column({ name: 'positives', type: 'integer', default: 0, insert: false, update: false })
  positives!: number;

  /** How many of them are labelled NEGATIVE now; kept by a trigger on labels. */
  @Column({ name: 'negatives', type: 'integer', default: 0, insert: false, update: false })
  negatives!: number;

  /** The model that somebody promoted; null while the newest one is in force. */
  @Column({ name: 'promoted_model_id', type: 'integer', nullable: true })
  promotedModelId!: number | null;

  /** The highest number that a model of it has had. */
  @Column({ name: 'last_model', type: 'integer', default: 0, insert: false, update: false })
  lastModel!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @OneToMany(() => Run, (run) => run.collection)
  runs!: Relation<Run>[];

  @OneToMany(() => Model, (model) => model.collection)
  models!: Relation<Model>[];
}
