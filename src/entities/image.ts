import { Column, Entity, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';

import { hex, int64, safeInteger } from './columns.js';
import { Source } from './source.js';

export type ImageFormat = 'JPEG' | 'PNG' | 'WEBP' | 'GIF' | 'TIFF' | 'AVIF';

@Entity({ name: 'images' })
export class Image {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'integer' })
  id!: number;

  /** 64 hex digits. */
  @Column({ name: 'sha256', type: 'bytea', unique: true, transformer: hex })
  sha256!: string;

  @Column({ name: 'bytes', type: 'bigint', transformer: safeInteger })
  bytes!: number;

  @Column({ name: 'format', type: 'text' })
  format!: ImageFormat;

  /** Pixels, after the EXIF orientation is applied. */
  @Column({ name: 'width', type: 'integer' })
  width!: number;

  /** Pixels, after the EXIF orientation is applied. */
  @Column({ name: 'height', type: 'integer' })
  height!: number;

  /** The EXIF orientation, 1..8. */
  @Column({ name: 'orientation', type: 'smallint', default: 1 })
  orientation!: number;

  @Column({ name: 'frames', type: 'integer', default: 1 })
  frames!: number;

  /** Perceptual hash, a signed 64-bit number. */
  @Column({ name: 'phash', type: 'bigint', transformer: int64 })
  phash!: bigint;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @OneToMany(() => Source, (source) => source.image)
  sources!: Relation<Source>[];
}
