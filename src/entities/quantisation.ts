import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

import { safeInteger } from './columns.js';

/** A backbone in 8-bit integers, whose ranges were measured on a collection. */
@Entity({ name: 'quantisations' })
@Unique(['collectionId', 'ofId'])
export class Quantisation {
  @PrimaryColumn({ name: 'backbone_id', type: 'smallint' })
  backboneId!: number;

  @Column({ name: 'collection_id', type: 'integer' })
  collectionId!: number;

  /** The same backbone in 32-bit floats. */
  @Column({ name: 'of_id', type: 'smallint' })
  ofId!: number;

  /** Hex SHA-256 of the network in WINNOW_HOME/backbones/kept. */
  @Column({ name: 'file', type: 'text' })
  file!: string;

  @Column({ name: 'bytes', type: 'bigint', transformer: safeInteger })
  bytes!: number;

  @Column({ name: 'report', type: 'jsonb' })
  report!: { images: number; operations: number; float: string[]; error: number };

  @Column({ name: 'made_at', type: 'timestamptz', default: () => 'now()' })
  madeAt!: Date;
}
