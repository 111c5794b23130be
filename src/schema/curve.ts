import { Ctx, Field, Float, InputType, Int, ObjectType } from 'type-graphql';

import type { Goal, Suggestion } from '../catalog/suggest-threshold.js';
import type { Context } from './context.js';
import { CountsType } from './counts.js';
import { badInput, within } from './input.js';

@ObjectType('CurvePoint', {
  description: 'What a threshold would decide, exactly, and how that agrees with the validation labels.',
  simpleResolvers: true,
})
export class CurvePointType {
  @Field(() => Float, { description: '0 to 1.' })
  threshold!: number;

  @Field(() => Int, {
    description:
      'Images whose score is the threshold or more, whatever their label; from one point to the next, a histogram of the scores.',
  })
  above!: number;

  @Field(() => Int, { description: 'Images whose verdict would be OK: the label decides where there is one.' })
  kept!: number;

  @Field(() => Int, { description: 'Images whose verdict would be NG: the label decides where there is one.' })
  dropped!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of the validation images that reach the threshold, the share that is POSITIVE; null when none reaches it.',
  })
  precision!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of the POSITIVE validation images, the share that reaches the threshold; null when there is none.',
  })
  recall!: number | null;

  @Field(() => Float, { nullable: true, description: 'Harmonic mean of precision and recall; null without them.' })
  f1!: number | null;
}

@InputType({ description: 'What a threshold is to achieve: one of these.' })
export class ThresholdGoal {
  @Field(() => Float, {
    nullable: true,
    description: 'At least this precision on the validation labels, above 0 to 1: the lowest threshold that has it.',
  })
  precision?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'At least this recall on the validation labels, above 0 to 1: the highest threshold that has it.',
  })
  recall?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'So many images kept, labelled ones included: the threshold that comes nearest.',
  })
  keep?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'So many images to look at: the threshold stays, and `review` is the narrowest range of scores around it, as wide below as above, with at least so many images that have no label.',
  })
  review?: number | null;
}

@ObjectType({ description: 'A range of scores to look at.', simpleResolvers: true })
export class ReviewRange {
  @Field(() => Float, { description: 'Scores from here, included.' })
  min!: number;

  @Field(() => Float, { description: 'Scores up to here, not included unless it is 1.' })
  max!: number;
}

@ObjectType('ThresholdSuggestion', {
  description: 'A threshold that meets a goal. It is not set: setThreshold does that.',
})
export class SuggestionType {
  constructor(
    private readonly suggestion: Suggestion,
    private readonly modelId: number,
  ) {}

  @Field(() => Float, { description: 'The threshold, of four decimals; for the goal `review` the one in force.' })
  get threshold(): number {
    return this.suggestion.threshold;
  }

  @Field(() => Float, {
    description: 'What is reached there, in terms of the goal: a precision, a recall or a number of images.',
  })
  get reached(): number {
    return this.suggestion.reached;
  }

  @Field(() => CountsType, { description: 'How many images lie on either side of it.', complexity: 50 })
  async counts(@Ctx() { loaders }: Context): Promise<CountsType> {
    return new CountsType(
      (await loaders.counts.load({ modelId: this.modelId, threshold: this.suggestion.threshold }))!,
    );
  }

  @Field(() => ReviewRange, { nullable: true, description: 'For the goal `review`: the scores to look at.' })
  get review(): ReviewRange | null {
    return this.suggestion.review;
  }

  @Field(() => String, { description: 'How it was found and what to expect, in words.' })
  get reason(): string {
    return this.suggestion.reason;
  }
}

/** @throws WinnowError BAD_INPUT that names the field */
export function goalOf({ precision, recall, keep, review }: ThresholdGoal): Goal {
  if (precision != null) return { precision: share('goal.precision', precision) };
  if (recall != null) return { recall: share('goal.recall', recall) };
  if (keep != null) return { keep: within('goal.keep', keep, 0, 2 ** 31 - 1) };
  if (review != null) return { review: within('goal.review', review, 1, 2 ** 31 - 1) };
  throw badInput('goal', 'one of precision, recall, keep and review', 'empty');
}

function share(argument: string, value: number): number {
  if (value > 0 && value <= 1) return value;
  throw badInput(argument, 'a number above 0 and at most 1', `${value}`);
}
