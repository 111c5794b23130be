import { Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

import { Collection } from './collection.js';
import { Source } from './source.js';

/** That an image was found at a source for a collection; the same bytes may lie elsewhere for another one. */
@Entity({ name: 'collection_sources' })
export class CollectionSource {
  @PrimaryColumn({ name: 'source_id', type: 'integer' })
  sourceId!: number;

  @PrimaryColumn({ name: 'collection_id', type: 'integer' })
  collectionId!: number;

  @ManyToOne(() => Source)
  @JoinColumn({ name: 'source_id' })
  source!: Relation<Source>;

  @ManyToOne(() => Collection)
  @JoinColumn({ name: 'collection_id' })
  collection!: Relation<Collection>;
}
