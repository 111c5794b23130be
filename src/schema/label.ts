import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';

import type { LabelOrigin, LabelValue } from '../entities/index.js';
import { LabelOriginEnum, LabelValueEnum } from './enums.js';

@ObjectType('Label', {
  description: 'What a human says an image of a collection is. Labels outlive models and decide over scores.',
  simpleResolvers: true,
})
export class LabelType {
  @Field(() => LabelValueEnum, { description: 'Yes or no to the question of the collection.' })
  value!: LabelValue;

  @Field(() => String, { description: 'Who gave it.' })
  who!: string;

  @Field(() => LabelOriginEnum, { description: 'Where it comes from.' })
  origin!: LabelOrigin;

  @Field(() => GraphQLDateTime, { description: 'When it was given.' })
  createdAt!: Date;
}
