import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, Field, ObjectType } from 'type-graphql';

import type { LabelRow } from '../catalog/batches.js';
import type { LabelRecordRow } from '../catalog/image-history.js';
import type { LabelOrigin, LabelValue } from '../entities/index.js';
import { CollectionType } from './collection.js';
import type { Context } from './context.js';
import { LabelOriginEnum, LabelValueEnum } from './enums.js';

@ObjectType('Label', {
  description:
    'What a human says, or said, an image of a collection is. It decides over every score, of every model to come. A label is superseded, never removed.',
})
export class LabelType {
  private readonly collectionId!: number;

  constructor(row: LabelRow | LabelRecordRow) {
    Object.assign(this, row);
  }

  @Field(() => CollectionType, { description: 'The collection whose question it answers.' })
  async collection(@Ctx() { loaders }: Context): Promise<CollectionType> {
    return new CollectionType((await loaders.collection.load(this.collectionId))!);
  }

  @Field(() => LabelValueEnum, { simple: true, description: 'The answer to the question of the collection.' })
  readonly value!: LabelValue;

  @Field(() => String, { simple: true, description: 'Who gave it.' })
  readonly who!: string;

  @Field(() => LabelOriginEnum, { simple: true, description: 'Where it comes from.' })
  readonly origin!: LabelOrigin;

  @Field(() => GraphQLDateTime, { simple: true, description: 'When it was given.' })
  readonly createdAt!: Date;

  @Field(() => GraphQLDateTime, {
    simple: true,
    nullable: true,
    description: 'When another one took its place, or it was withdrawn; null while it is in force.',
  })
  readonly supersededAt?: Date | null;

  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Who gave the other one, or withdrew it; null while it is in force.',
  })
  readonly supersededBy?: string | null;
}
