import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Collection } from './collection.js';
import { Image } from './image.js';

@Entity({ name: 'collection_images' })
export class CollectionImage {
  @PrimaryColumn({ name: 'collection_id', type: 'integer' })
  collectionId!: number;

  @PrimaryColumn({ name: 'image_id', type: 'integer' })
  imageId!: number;

  @Column({ name: 'added_at', type: 'timestamptz', default: () => 'now()' })
  addedAt!: Date;

  @ManyToOne(() => Collection)
  @JoinColumn({ name: 'collection_id' })
  collection!: Relation<Collection>;

  @ManyToOne(() => Image)
  @JoinColumn({ name: 'image_id' })
  image!: Relation<Image>;
}
