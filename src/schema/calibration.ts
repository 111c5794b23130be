import { Field, Float, Int, ObjectType } from 'type-graphql';

import type { ReliabilityBin } from '../catalog/reliability.js';
import type { CalibrationKind, ModelCalibration } from '../entities/index.js';
import { CalibrationEnum } from './enums.js';

@ObjectType('Calibration', {
  description: 'How logits become scores: score = 1 / (1 + exp(-(slope * logit + intercept))).',
})
export class CalibrationType {
  constructor(private readonly calibration: ModelCalibration) {}

  @Field(() => CalibrationEnum, { description: 'What was done; less than was asked for where `reason` says why.' })
  get kind(): CalibrationKind {
    return this.calibration.kind;
  }

  @Field(() => Float, { description: 'Factor of the logit, above 0: calibration never changes the order of scores.' })
  get slope(): number {
    return this.calibration.slope;
  }

  @Field(() => Float, { description: 'Added to the product of slope and logit.' })
  get intercept(): number {
    return this.calibration.intercept;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'The share of POSITIVE among the held-out labels, 0 to 1; null where there was none.',
  })
  get labelPrior(): number | null {
    return this.calibration.labelBalance;
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'The prior probability of POSITIVE that the scores assume, 0 to 1: with COLLECTION the one estimated for the collection, else `labelPrior`; null where no label was held out.',
  })
  get prior(): number | null {
    return this.calibration.balance;
  }

  @Field(() => Int, { description: 'How many unlabelled images the estimate of `prior` rests on; 0 without one.' })
  get sampleSize(): number {
    return this.calibration.sample;
  }

  @Field(() => String, {
    nullable: true,
    description: 'Why less was done than was asked for, for people to read; null when all was done.',
  })
  get reason(): string | null {
    return this.calibration.reason;
  }
}

@ObjectType('ReliabilityBin', {
  description:
    'A point of a reliability diagram: what scores promise against what was found, on the held-out labels. Each class is weighted so that together they have the prior that the calibration assumes.',
})
export class ReliabilityBinType {
  constructor(private readonly bin: ReliabilityBin) {}

  @Field(() => Float, { description: 'The lowest score of the bin, included, 0 to 1.' })
  get min(): number {
    return this.bin.min;
  }

  @Field(() => Float, { description: 'Where the next bin begins: not included, except that the last bin holds 1.' })
  get max(): number {
    return this.bin.max;
  }

  @Field(() => Int, { description: 'How many held-out labels have a score in the bin.' })
  get labels(): number {
    return this.bin.labels;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'What the scores promise: the weighted mean of the scores in the bin, 0 to 1; null without labels.',
  })
  get meanScore(): number | null {
    return this.bin.meanScore;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'What was found: the weighted share of POSITIVE in the bin, 0 to 1; null without labels.',
  })
  get positiveShare(): number | null {
    return this.bin.positive;
  }
}
