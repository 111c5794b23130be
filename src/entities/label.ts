import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';

import { Collection } from './collection.js';
import { Image } from './image.js';

export type LabelValue = 'POSITIVE' | 'NEGATIVE';
export type LabelOrigin = 'FOLDER' | 'HAND' | 'IMPORT';

/** In force while `supersededAt` is null. */
@Entity({ name: 'labels' })
export class Label {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'collection_id', type: 'integer' })
  collectionId!: number;

  @Column({ name: 'image_id', type: 'integer' })
  imageId!: number;

  @Column({ name: 'value', type: 'text' })
  value!: LabelValue;

  @Column({ name: 'origin', type: 'text' })
  origin!: LabelOrigin;

  @Column({ name: 'who', type: 'text' })
  who!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'superseded_at', type: 'timestamptz', nullable: true })
  supersededAt!: Date | null;

  @Column({ name: 'superseded_by', type: 'text', nullable: true })
  supersededBy!: string | null;

  @ManyToOne(() => Collection)
  @JoinColumn({ name: 'collection_id' })
  collection!: Relation<Collection>;

  @ManyToOne(() => Image)
  @JoinColumn({ name: 'image_id' })
  image!: Relation<Image>;
}
