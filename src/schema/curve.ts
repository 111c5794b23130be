import { Ctx, Field, Float, InputType, Int, ObjectType } from 'type-graphql';

import type { Goal, Suggestion } from '../catalog/suggest-threshold.js';
import type { Context } from './context.js';
import { CountsType } from './counts.js';
import { badInput, within } from './input.js';

@ObjectType('CurvePoint', {
  description: 'What a threshold would decide, and how that agrees with the validation labels. Exact.',
  simpleResolvers: true,
})
export class CurvePointType {
  @Field(() => Float, { description: 'The threshold, 0 to 1.' })
  threshold!: number;

  @Field(() => Int, {
    description:
      'Images whose score is the threshold or more, whatever their label. The differences from one point to the next are a histogram of the scores.',
  })
  above!: number;

  @Field(() => Int, { description: 'Images whose verdict would be OK: by their label, else by their score.' })
  ok!: number;

  @Field(() => Int, { description: 'Images whose verdict would be NG: by their label, else by their score.' })
  ng!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of the validation labels whose score reaches the threshold, the share that is POSITIVE, 0 to 1; null when none reaches it.',
  })
  precision!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of the POSITIVE validation labels, the share whose score reaches the threshold, 0 to 1; null when there is none.',
  })
  recall!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Harmonic mean of precision and recall, 0 to 1; null when one of them is.',
  })
  f1!: number | null;
}

@InputType({ description: 'What a threshold is to achieve. Exactly one of these.' })
export class ThresholdGoal {
  @Field(() => Float, {
    nullable: true,
    description:
      'At least this precision on the validation labels, more than 0 and at most 1: the lowest threshold that has it.',
  })
  precision?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'At least this recall on the validation labels, more than 0 and at most 1: the highest threshold that has it.',
  })
  recall?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'As near as possible to this number of images with the verdict OK, labelled ones included; 0 or more.',
  })
  keep?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'At least this number of unlabelled images to look at, 1 or more: the threshold stays, and `review` is the narrowest range of scores around it, as wide below as above, that holds them.',
  })
  review?: number | null;
}

@ObjectType({ description: 'A range of scores whose images are worth looking at.', simpleResolvers: true })
export class ReviewRange {
  @Field(() => Float, { description: 'The lowest score, included, 0 to 1.' })
  min!: number;

  @Field(() => Float, { description: 'The upper end, 0 to 1: not included, unless it is 1.' })
  max!: number;
}

@ObjectType('ThresholdSuggestion', {
  description: 'A threshold that meets a goal. It is only suggested: setThreshold sets it.',
})
export class SuggestionType {
  constructor(
    private readonly suggestion: Suggestion,
    private readonly modelId: number,
  ) {}

  @Field(() => Float, {
    description: 'The threshold, 0 to 1, with at most four decimals; for the goal `review` the one in force.',
  })
  get threshold(): number {
    return this.suggestion.threshold;
  }

  @Field(() => Float, {
    description: 'What it reaches, in terms of the goal: a precision or a recall, 0 to 1, or a number of images.',
  })
  get reached(): number {
    return this.suggestion.reached;
  }

  @Field(() => CountsType, { description: 'What it makes of the images.', complexity: 50 })
  async counts(@Ctx() { loaders }: Context): Promise<CountsType> {
    return new CountsType(
      (await loaders.counts.load({ modelId: this.modelId, threshold: this.suggestion.threshold }))!,
    );
  }

  @Field(() => ReviewRange, {
    nullable: true,
    description: 'The scores to look at, for the goal `review`; null for the other goals.',
  })
  get review(): ReviewRange | null {
    return this.suggestion.review;
  }

  @Field(() => String, { description: 'How it was found and what to expect, for people to read.' })
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
