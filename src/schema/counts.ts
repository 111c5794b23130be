import { Ctx, Field, Float, Int, ObjectType } from 'type-graphql';

import type { Counts } from '../catalog/counts.js';
import type { Context } from './context.js';
import { ThresholdType } from './threshold.js';

@ObjectType('Counts', {
  description: 'How many images of a collection lie on either side of a threshold of one of its models.',
})
export class CountsType {
  constructor(counts: Counts) {
    Object.assign(this, counts);
  }

  private readonly thresholdId!: number | null;

  @Field(() => Float, { simple: true, description: 'The threshold that these were counted at.' })
  threshold!: number;

  @Field(() => ThresholdType, {
    nullable: true,
    description: 'The record that it comes from: the one in force, as it was then; null when the threshold was given.',
  })
  async record(@Ctx() { loaders }: Context): Promise<ThresholdType | null> {
    const row = this.thresholdId === null ? null : await loaders.threshold.load(this.thresholdId);
    return row && new ThresholdType(row);
  }

  @Field(() => Int, { simple: true, description: 'Images whose score is the threshold or more, whatever their label.' })
  above!: number;

  @Field(() => Int, {
    simple: true,
    description: 'Images whose score is less than the threshold, whatever their label.',
  })
  below!: number;

  @Field(() => Int, { simple: true, description: 'Images whose verdict is OK: the label decides where there is one.' })
  ok!: number;

  @Field(() => Int, { simple: true, description: 'Images whose verdict is NG: the label decides where there is one.' })
  ng!: number;

  @Field(() => Int, { simple: true, description: 'Images with a label.' })
  labelled!: number;

  @Field(() => Int, { simple: true, description: 'Images that this model has not scored.' })
  unscored!: number;
}
