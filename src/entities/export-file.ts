import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Export } from './export.js';
import { Image } from './image.js';

export type Verdict = 'OK' | 'NG';
export type ExportMode = 'COPY' | 'HARDLINK' | 'SYMLINK' | 'MOVE';

/** A file in an export directory: <directory>/ok/<name> or <directory>/ng/<name>. */
@Entity({ name: 'export_files' })
export class ExportFile {
  @PrimaryColumn({ name: 'export_id', type: 'integer' })
  exportId!: number;

  @PrimaryColumn({ name: 'image_id', type: 'integer' })
  imageId!: number;

  @Column({ name: 'verdict', type: 'text' })
  verdict!: Verdict;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** The name as a file system sees it that knows no upper and lower case. */
  @Column({ name: 'name_key', type: 'text' })
  nameKey!: string;

  @Column({ name: 'mode', type: 'text' })
  mode!: ExportMode;

  /** The path it was taken from. */
  @Column({ name: 'source', type: 'text' })
  source!: string;

  /** Null while the file is being put where `verdict` says. */
  @Column({ name: 'placed_at', type: 'timestamptz', nullable: true })
  placedAt!: Date | null;

  @ManyToOne(() => Export)
  @JoinColumn({ name: 'export_id' })
  export!: Relation<Export>;

  @ManyToOne(() => Image)
  @JoinColumn({ name: 'image_id' })
  image!: Relation<Image>;
}
