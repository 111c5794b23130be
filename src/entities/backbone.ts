import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A pretrained network together with its preprocessing. */
@Entity({ name: 'backbones' })
export class Backbone {
  @PrimaryGeneratedColumn('identity', { name: 'id', type: 'smallint' })
  id!: number;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  /** Covers everything that changes pixels or features. */
  @Column({ name: 'fingerprint', type: 'text', unique: true })
  fingerprint!: string;

  /** Side of the square it sees, in pixels. */
  @Column({ name: 'size', type: 'integer' })
  size!: number;

  /** Numbers in one image's features. */
  @Column({ name: 'dimensions', type: 'integer' })
  dimensions!: number;

  @Column({ name: 'spec', type: 'jsonb' })
  spec!: Record<string, unknown>;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
