import { Arg, Ctx, Field, Float, ObjectType, Query, Resolver } from 'type-graphql';

import { rateModels, type RatedSide } from '../catalog/compare-models.js';
import { modelFlipCounts } from '../catalog/model-flips.js';
import type { Context } from './context.js';
import { FlipCountsType, FlipSide, sideAsked } from './flip.js';
import { ModelType } from './model.js';

/** Every score of both models is read. */
const FLIPS_COST = 1_000;
/** Every validation label of both is. */
const COMPARISON_COST = 100;

@ObjectType('ComparedModel', { description: 'A model at a threshold, and what that makes of its validation labels.' })
class ComparedModelType {
  constructor(private readonly side: RatedSide) {}

  @Field(() => ModelType, { description: 'The model.' })
  async model(@Ctx() { loaders }: Context): Promise<ModelType> {
    return new ModelType((await loaders.model.load(this.side.modelId))!);
  }

  @Field(() => Float, { description: 'The threshold, 0 to 1: the one that was given, else the one in force.' })
  get threshold(): number {
    return this.side.threshold;
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'The share of the validation labels that the threshold gets right, 0 to 1; null where no label was held out.',
  })
  get accuracy(): number | null {
    return this.side.accuracy;
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'Of the validation labels whose score reaches the threshold, the share that is POSITIVE, 0 to 1; null when none reaches it.',
  })
  get precision(): number | null {
    return this.side.precision;
  }

  @Field(() => Float, {
    nullable: true,
    description:
      'Of the POSITIVE validation labels, the share whose score reaches the threshold, 0 to 1; null when there is none.',
  })
  get recall(): number | null {
    return this.side.recall;
  }
}

@ObjectType('ModelComparison', { description: 'Two models of a collection side by side, each at its threshold.' })
class ModelComparisonType {
  constructor(private readonly sides: readonly [from: RatedSide, to: RatedSide]) {}

  @Field(() => ComparedModelType, { description: 'The one side.' })
  get from(): ComparedModelType {
    return new ComparedModelType(this.sides[0]);
  }

  @Field(() => ComparedModelType, { description: 'The other side.' })
  get to(): ComparedModelType {
    return new ComparedModelType(this.sides[1]);
  }

  @Field(() => FlipCountsType, {
    nullable: true,
    description:
      'How many verdicts differ among the images that both have scored; the query `flips` tells which. Every score of both is read. Null when counting failed, with an error that says why.',
    complexity: ({ childComplexity }) => FLIPS_COST + childComplexity,
  })
  async flips(@Ctx() { dataSource }: Context): Promise<FlipCountsType> {
    const [from, to] = this.sides;
    return modelFlipCounts(dataSource, { from, to });
  }
}

@Resolver()
export class ModelComparisonResolver {
  @Query(() => ModelComparisonType, {
    description:
      'Two models of a collection side by side, each at its threshold: how good they are, and how many verdicts differ.',
    complexity: ({ childComplexity }) => COMPARISON_COST + childComplexity,
  })
  async compareModels(
    @Arg('from', () => FlipSide, { description: 'The one side, what was.' }) from: FlipSide,
    @Arg('to', () => FlipSide, { description: 'The other side, what becomes of it: of the same collection.' })
    to: FlipSide,
    @Ctx() { dataSource }: Context,
  ): Promise<ModelComparisonType> {
    const asked = { from: sideAsked('from', from), to: sideAsked('to', to) };
    return new ModelComparisonType(await rateModels(dataSource, asked));
  }
}
