import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, Field, Float, ObjectType } from 'type-graphql';

import type { LabelRecordRow, ModelScoreRow } from '../catalog/image-history.js';
import type { LabelOrigin, LabelValue, Verdict } from '../entities/index.js';
import { CollectionType } from './collection.js';
import type { Context } from './context.js';
import { LabelOriginEnum, LabelValueEnum, VerdictEnum } from './enums.js';
import { ModelType } from './model.js';

@ObjectType('LabelRecord', { description: 'A label that an image has or had. Labels are superseded, never removed.' })
export class LabelRecordType {
  constructor(private readonly row: LabelRecordRow) {}

  @Field(() => CollectionType, { description: 'The collection whose question it answers.' })
  async collection(@Ctx() { loaders }: Context): Promise<CollectionType> {
    return new CollectionType((await loaders.collection.load(this.row.collectionId))!);
  }

  @Field(() => LabelValueEnum, { description: 'Yes or no to the question of the collection.' })
  get value(): LabelValue {
    return this.row.value;
  }

  @Field(() => String, { description: 'Who gave it.' })
  get who(): string {
    return this.row.who;
  }

  @Field(() => LabelOriginEnum, { description: 'Where it came from.' })
  get origin(): LabelOrigin {
    return this.row.origin;
  }

  @Field(() => GraphQLDateTime, { description: 'When it was given.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When another one took its place, or it was withdrawn; null while it is in force.',
  })
  get supersededAt(): Date | null {
    return this.row.supersededAt;
  }

  @Field(() => String, { nullable: true, description: 'Who did that.' })
  get supersededBy(): string | null {
    return this.row.supersededBy;
  }
}

@ObjectType('ModelScore', { description: 'What one model says of an image.' })
export class ModelScoreType {
  constructor(private readonly row: ModelScoreRow) {}

  @Field(() => ModelType, { description: 'The model.' })
  async model(@Ctx() { loaders }: Context): Promise<ModelType> {
    return new ModelType((await loaders.model.load(this.row.modelId))!);
  }

  @Field(() => Float, { description: '0 (no) to 1 (yes).' })
  get score(): number {
    return this.row.score;
  }

  @Field(() => Float, { description: 'The raw output that the score is the sigmoid of.' })
  get logit(): number {
    return this.row.logit;
  }

  @Field(() => VerdictEnum, {
    description: 'The label if there is one, else whether the score reaches the threshold in force of that model.',
  })
  get verdict(): Verdict {
    return this.row.verdict;
  }
}
