import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';

import { Collection } from './collection.js';

/** A directory that holds ok/ and ng/ of a collection. */
@Entity({ name: 'exports' })
export class Export {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'collection_id', type: 'integer' })
  collectionId!: number;

  /** Absolute path. */
  @Column({ name: 'directory', type: 'text', unique: true })
  directory!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @ManyToOne(() => Collection)
  @JoinColumn({ name: 'collection_id' })
  collection!: Relation<Collection>;
}
