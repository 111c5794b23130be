import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Backbone } from './backbone.js';
import { Image } from './image.js';

@Entity({ name: 'features' })
export class Features {
  @PrimaryColumn({ name: 'backbone_id', type: 'smallint' })
  backboneId!: number;

  @PrimaryColumn({ name: 'image_id', type: 'integer' })
  imageId!: number;

  /** Little-endian binary16 numbers, as many as the backbone has dimensions. Not read unless asked for. */
  @Column({ name: 'vector', type: 'bytea', select: false })
  vector!: Buffer;

  @ManyToOne(() => Backbone)
  @JoinColumn({ name: 'backbone_id' })
  backbone!: Relation<Backbone>;

  @ManyToOne(() => Image)
  @JoinColumn({ name: 'image_id' })
  image!: Relation<Image>;
}
