import { Column, Entity, PrimaryColumn } from 'typeorm';

import { safeInteger } from './columns.js';

/** A network that somebody added, by the name that runs call it. */
@Entity({ name: 'added_backbones' })
export class AddedBackbone {
  @PrimaryColumn({ name: 'name', type: 'text' })
  name!: string;

  /** Hex SHA-256 of the network in WINNOW_HOME/backbones/kept. */
  @Column({ name: 'file', type: 'text' })
  file!: string;

  @Column({ name: 'bytes', type: 'bigint', transformer: safeInteger })
  bytes!: number;

  /** Side of the square it sees, in pixels. */
  @Column({ name: 'size', type: 'integer' })
  size!: number;

  /** Numbers in one image's features. */
  @Column({ name: 'dimensions', type: 'integer' })
  dimensions!: number;

  @Column({ name: 'squares_per_run', type: 'integer', nullable: true })
  squaresPerRun!: number | null;

  @Column({ name: 'about', type: 'jsonb' })
  about!: { network: string; source: string; licence: string | null };

  @Column({ name: 'made', type: 'jsonb' })
  made!: Record<string, unknown>;

  @Column({ name: 'added_by', type: 'text' })
  addedBy!: string;

  @Column({ name: 'added_at', type: 'timestamptz', default: () => 'now()' })
  addedAt!: Date;
}
