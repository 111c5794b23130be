import { Field, Float, Int, ObjectType } from 'type-graphql';

import type { CalibrationKind } from '../entities/index.js';
import { CalibrationEnum } from './enums.js';

@ObjectType('Calibration', {
  description: 'How scores are made of logits: score = 1 / (1 + exp(-(slope * logit + intercept))).',
  simpleResolvers: true,
})
export class CalibrationType {
  @Field(() => CalibrationEnum, { description: 'What was done; less than was asked for where `reason` says why.' })
  kind!: CalibrationKind;

  @Field(() => Float, { description: 'Above 0: calibration never changes the order of scores.' })
  slope!: number;

  @Field(() => Float, { description: 'Added after the slope.' })
  intercept!: number;

  @Field(() => Float, { nullable: true, description: 'Share of POSITIVE among the held-out labels, 0 to 1.' })
  labelBalance!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Share of positives that the scores assume, 0 to 1: with COLLECTION estimated, else that of the labels.',
  })
  balance!: number | null;

  @Field(() => Int, { description: 'How many unlabelled images the estimated balance rests on.' })
  sample!: number;

  @Field(() => String, { nullable: true, description: 'Why less was done than was asked for; null when all was.' })
  reason!: string | null;
}

@ObjectType('ReliabilityBin', {
  description:
    'A point of a reliability diagram: what scores promise against what was found, on held-out labels. Classes are weighed to the balance that the calibration assumes.',
  simpleResolvers: true,
})
export class ReliabilityBinType {
  @Field(() => Float, { description: 'The lowest score of the bin.' })
  min!: number;

  @Field(() => Float, { description: 'Where the next bin begins; the last bin holds 1 as well.' })
  max!: number;

  @Field(() => Int, { description: 'Held-out labels in the bin.' })
  labels!: number;

  @Field(() => Float, { nullable: true, description: 'The mean of their scores; null without labels.' })
  meanScore!: number | null;

  @Field(() => Float, { nullable: true, description: 'The share of them that is POSITIVE; null without labels.' })
  positive!: number | null;
}
