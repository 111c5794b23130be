import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How fast a backbone was on a machine when it was last measured. */
@Entity({ name: 'backbone_speeds' })
export class BackboneSpeed {
  @PrimaryColumn({ name: 'backbone', type: 'text' })
  backbone!: string;

  @PrimaryColumn({ name: 'precision', type: 'text' })
  precision!: string;

  @PrimaryColumn({ name: 'machine', type: 'text' })
  machine!: string;

  /** Of ONNX Runtime: cpu, webgpu, cuda, ... */
  @PrimaryColumn({ name: 'provider', type: 'text' })
  provider!: string;

  @Column({ name: 'images_per_second', type: 'real' })
  imagesPerSecond!: number;

  @Column({ name: 'measured_at', type: 'timestamptz', default: () => 'now()' })
  measuredAt!: Date;
}
