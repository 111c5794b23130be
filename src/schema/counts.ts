import { Ctx, Field, Float, Int, ObjectType } from 'type-graphql';

import type { Counts } from '../catalog/counts.js';
import type { Context } from './context.js';
import { ThresholdType } from './threshold.js';

@ObjectType('Counts', {
  description: 'How many images of a collection a model decides how, at one threshold. Exact.',
})
export class CountsType {
  constructor(counts: Counts) {
    Object.assign(this, counts);
  }

  private readonly thresholdId!: number | null;

  @Field(() => Float, { simple: true, description: 'The threshold that was counted at, 0 to 1.' })
  threshold!: number;

  @Field(() => ThresholdType, {
    nullable: true,
    description:
      'The record of that threshold: the one that was in force when this was counted; null when the threshold was given.',
  })
  async thresholdRecord(@Ctx() { loaders }: Context): Promise<ThresholdType | null> {
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

  @Field(() => Int, { simple: true, description: 'Images with the verdict OK: by their label, else by their score.' })
  ok!: number;

  @Field(() => Int, { simple: true, description: 'Images with the verdict NG: by their label, else by their score.' })
  ng!: number;

  @Field(() => Int, { simple: true, description: 'Images of the collection with a label in force.' })
  labelled!: number;

  @Field(() => Int, {
    simple: true,
    description:
      'Images of the collection that this model has not scored. Those with a label have a verdict all the same.',
  })
  unscored!: number;
}
