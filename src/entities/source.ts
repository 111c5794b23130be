import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';

import type { FailureCode } from '../errors.js';
import { safeInteger } from './columns.js';
import { Image } from './image.js';

/** Where an image was found. Current while `replacedAt` is null; either `imageId` or `refused` is set. */
@Entity({ name: 'sources' })
export class Source {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  @Column({ name: 'uri', type: 'text' })
  uri!: string;

  @Column({ name: 'image_id', type: 'integer', nullable: true })
  imageId!: number | null;

  @Column({ name: 'refused', type: 'text', nullable: true })
  refused!: FailureCode | null;

  @Column({ name: 'bytes', type: 'bigint', transformer: safeInteger })
  bytes!: number;

  @Column({ name: 'modified_at', type: 'timestamptz', nullable: true })
  modifiedAt!: Date | null;

  @Column({ name: 'found_at', type: 'timestamptz', default: () => 'now()' })
  foundAt!: Date;

  @Column({ name: 'replaced_at', type: 'timestamptz', nullable: true })
  replacedAt!: Date | null;

  @ManyToOne(() => Image, (image) => image.sources, { nullable: true })
  @JoinColumn({ name: 'image_id' })
  image!: Relation<Image> | null;
}
