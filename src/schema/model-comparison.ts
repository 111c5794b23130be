import { Arg, Ctx, Field, Float, Int, ObjectType, Query, Resolver } from 'type-graphql';

import { compareModels, type ComparedModel } from '../catalog/compare-models.js';
import type { Augmentation, HeadName } from '../entities/index.js';
import type { Context } from './context.js';
import { AugmentationEnum, HeadEnum, PrecisionEnum } from './enums.js';
import { FlipCountsType, FlipSide, sideAsked } from './flip.js';
import { ModelType } from './model.js';

/** Every score of both models is read. */
const COMPARISON_COST = 1_000;

@ObjectType('ComparedModel', { description: 'What a model is and is worth, in one row of a table.' })
class ComparedModelType {
  constructor(private readonly compared: ComparedModel) {}

  @Field(() => ModelType, { description: 'The model, for all else.' })
  async model(@Ctx() { loaders }: Context): Promise<ModelType> {
    return new ModelType((await loaders.model.load(this.compared.modelId))!);
  }

  @Field(() => Int, { description: 'Its number in its collection, from 1.' })
  get number(): number {
    return this.compared.number;
  }

  @Field(() => HeadEnum, { description: 'What kind of head was trained.' })
  get head(): HeadName {
    return this.compared.head;
  }

  @Field(() => String, { description: 'The name of its backbone.' })
  get backbone(): string {
    return this.compared.backbone;
  }

  @Field(() => PrecisionEnum, { description: 'The arithmetic of its backbone.' })
  get arithmetic(): keyof typeof PrecisionEnum {
    return this.compared.arithmetic;
  }

  @Field(() => AugmentationEnum, { description: 'In what other forms it learnt from labelled pictures.' })
  get augmentation(): Augmentation {
    return this.compared.augmentation;
  }

  @Field(() => Int, { description: 'How many POSITIVE labels it was made with.' })
  get positives(): number {
    return this.compared.positives;
  }

  @Field(() => Int, { description: 'How many NEGATIVE labels it was made with.' })
  get negatives(): number {
    return this.compared.negatives;
  }

  @Field(() => Float, { description: 'The threshold that accuracy, precision, recall and the flips are taken at.' })
  get threshold(): number {
    return this.compared.threshold;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the validation labels that the threshold gets right; null where none was held out.',
  })
  get accuracy(): number | null {
    return this.compared.accuracy;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Of the validation images that reach the threshold, the share that is POSITIVE; null when none does.',
  })
  get precision(): number | null {
    return this.compared.precision;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Of the POSITIVE validation images, the share that reaches the threshold; null when there is none.',
  })
  get recall(): number | null {
    return this.compared.recall;
  }

  @Field(() => Float, { nullable: true, description: 'Area under the ROC curve on the validation labels.' })
  get validationAuc(): number | null {
    return this.compared.validationAuc;
  }

  @Field(() => Float, { nullable: true, description: 'As in Metrics.' })
  get brier(): number | null {
    return this.compared.brier;
  }

  @Field(() => Float, { nullable: true, description: 'Expected calibration error, as in Metrics.' })
  get calibrationError(): number | null {
    return this.compared.calibrationError;
  }
}

@ObjectType('ModelComparison', { description: 'Two models of a collection side by side.', simpleResolvers: true })
class ModelComparisonType {
  @Field(() => ComparedModelType, { description: 'What is compared with.' })
  from!: ComparedModelType;

  @Field(() => ComparedModelType, { description: 'What it is compared to.' })
  to!: ComparedModelType;

  @Field(() => FlipCountsType, {
    description:
      'How many verdicts differ, among the images that both have scored. Which ones, says the query `flips`.',
  })
  flips!: FlipCountsType;
}

@Resolver()
export class ModelComparisonResolver {
  @Query(() => ModelComparisonType, {
    description:
      'Two models of a collection side by side, each at its threshold, and how many verdicts differ each way.',
    complexity: ({ childComplexity }) => COMPARISON_COST + childComplexity,
  })
  async compareModels(
    @Arg('from', () => FlipSide, { description: 'What is compared with.' }) from: FlipSide,
    @Arg('to', () => FlipSide, { description: 'What it is compared to.' }) to: FlipSide,
    @Ctx() { dataSource }: Context,
  ): Promise<ModelComparisonType> {
    const asked = { from: sideAsked('from', from), to: sideAsked('to', to) };
    const compared = await compareModels(dataSource, asked);
    return {
      from: new ComparedModelType(compared.from),
      to: new ComparedModelType(compared.to),
      flips: compared.flips,
    };
  }
}
