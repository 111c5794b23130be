import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Args, Ctx, Field, Float, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';

import { curveOf } from '../catalog/curve.js';
import { reliabilityOf } from '../catalog/reliability.js';
import { suggestThreshold } from '../catalog/suggest-threshold.js';
import { validationAt, validationPoints } from '../catalog/validation-points.js';
import { Model } from '../entities/index.js';
import type { HeadName } from '../entities/index.js';
import { BackboneType } from './backbone.js';
import { CalibrationType, ReliabilityBinType } from './calibration.js';
import { CollectionType, LabelCountsType } from './collection.js';
import { connectionById, connectionType, LARGEST_PAGE, listCost, pageCost, PageArguments } from './connections.js';
import type { CountedConnection } from './connections.js';
import type { Context } from './context.js';
import { CountsType } from './counts.js';
import { CurvePointType, goalOf, SuggestionType, ThresholdGoal } from './curve.js';
import { HeadEnum } from './enums.js';
import { EpochType } from './epoch.js';
import { decodeId, encodeId } from './ids.js';
import { within } from './input.js';
import { MetricsType } from './metrics.js';
import { NodeType } from './node.js';
import { RunType } from './run.js';
import { ThresholdType } from './threshold.js';
import { TrainingOptionsType } from './training-options.js';
import { ValidationPointType } from './validation.js';

/** Exact, and quick whatever the size of the collection, but dearer than a row. */
const COUNTS_COST = 50;
/** They read every bin of the model, and look at each threshold's own. */
const CURVE_COST = 200;
const VALIDATION_COST = 50;
const SUGGESTION_COST = 1_000;
const MOST_POINTS = 1_001;

@ObjectType('Model', {
  implements: NodeType,
  description:
    'Backbone, trained head, calibration and preprocessing: what gives images a score. Numbered per collection: v1, v2, ...',
})
export class ModelType implements NodeType {
  constructor(private readonly row: Model) {}

  get id(): string {
    return encodeId('model', this.row.id);
  }

  @Field(() => Int, { description: 'Its number in its collection, from 1.' })
  get number(): number {
    return this.row.number;
  }

  @Field(() => CollectionType, { description: 'The collection that it scores.' })
  async collection(@Ctx() { loaders }: Context): Promise<CollectionType> {
    return new CollectionType((await loaders.collection.load(this.row.collectionId))!);
  }

  @Field(() => HeadEnum, { description: 'The kind of its head.' })
  get head(): HeadName {
    return this.row.head;
  }

  @Field(() => BackboneType, {
    description: 'The network whose features its head reads, of its own where it was fine-tuned.',
  })
  async backbone(@Ctx() { loaders }: Context): Promise<BackboneType> {
    return new BackboneType((await loaders.backbone.load(this.row.backboneId))!);
  }

  @Field(() => TrainingOptionsType, { description: 'The options that it was trained with.' })
  get options(): TrainingOptionsType {
    return new TrainingOptionsType(this.row.options);
  }

  @Field(() => String, {
    description:
      'A hash of all that it is, as 64 hexadecimal digits: backbone, preprocessing, options, trained weights and calibration.',
  })
  get fingerprint(): string {
    return this.row.fingerprint;
  }

  @Field(() => String, { description: 'A hash of the labels that it was made with, as 64 hexadecimal digits.' })
  get labelsDigest(): string {
    return this.row.labelsDigest;
  }

  @Field(() => LabelCountsType, { description: 'The labels that it was made with, those held out included.' })
  get labelCounts(): LabelCountsType {
    return { positive: this.row.positives, negative: this.row.negatives };
  }

  @Field(() => Int, { description: 'The epoch whose weights it has, chosen on held-out labels; from 1.' })
  get chosenEpoch(): number {
    return this.row.chosenEpoch;
  }

  @Field(() => MetricsType, { description: 'How good it was on held-out labels when it was trained.' })
  get metrics(): MetricsType {
    return this.row.metrics as unknown as MetricsType;
  }

  @Field(() => CalibrationType, { description: 'How its logits become scores.' })
  get calibration(): CalibrationType {
    return new CalibrationType(this.row.calibration);
  }

  @Field(() => [ReliabilityBinType], {
    description: 'Its reliability diagram: bins of equal width over the scores from 0 to 1, in order.',
    complexity: ({ args, childComplexity }) => COUNTS_COST + ((args as { bins: number }).bins || 0) * childComplexity,
  })
  async reliability(
    @Arg('bins', () => Int, { defaultValue: 10, description: `How many bins, 2 to ${LARGEST_PAGE}.` }) bins: number,
    @Ctx() { dataSource }: Context,
  ): Promise<ReliabilityBinType[]> {
    const found = await reliabilityOf(dataSource, this.row.id, within('bins', bins, 2, LARGEST_PAGE));
    return found.map((bin) => new ReliabilityBinType(bin));
  }

  @Field(() => [EpochType], {
    description: 'How the training went, epoch by epoch; empty for a model that was imported.',
    complexity: listCost,
  })
  async epochs(
    @Arg('first', () => Int, { defaultValue: LARGEST_PAGE, description: `How many at most, 1 to ${LARGEST_PAGE}.` })
    first: number,
    @Ctx() { loaders }: Context,
  ): Promise<EpochType[]> {
    return loaders.epochs.load({ of: this.row.runId, first: within('first', first, 1, LARGEST_PAGE) });
  }

  @Field(() => ThresholdType, { description: 'Its threshold in force: the newest of `thresholds`.' })
  async threshold(@Ctx() { loaders }: Context): Promise<ThresholdType> {
    const [newest] = await loaders.thresholds.load({ of: this.row.id, first: 1 });
    return new ThresholdType(newest);
  }

  @Field(() => [ThresholdType], {
    description: 'The history of its threshold, the newest record first.',
    complexity: listCost,
  })
  async thresholds(
    @Arg('first', () => Int, { defaultValue: 20, description: `How many at most, 1 to ${LARGEST_PAGE}.` })
    first: number,
    @Ctx() { loaders }: Context,
  ): Promise<ThresholdType[]> {
    const found = await loaders.thresholds.load({ of: this.row.id, first: within('first', first, 1, LARGEST_PAGE) });
    return found.map((row) => new ThresholdType(row));
  }

  @Field(() => CountsType, {
    description: 'What a threshold makes of the images of the collection. Exact, and immediate whatever their number.',
    complexity: COUNTS_COST,
  })
  async counts(
    @Ctx() { loaders }: Context,
    @Arg('threshold', () => Float, {
      nullable: true,
      description: 'The threshold to count at, 0 to 1. Default: the one in force.',
    })
    threshold?: number,
  ): Promise<CountsType> {
    const counts = await loaders.counts.load({
      modelId: this.row.id,
      threshold: threshold == null ? undefined : within('threshold', threshold, 0, 1),
    });
    return new CountsType(counts!);
  }

  @Field(() => [CurvePointType], {
    description:
      'What thresholds evenly spaced from 0 to 1 would decide, in order: all that a slider needs, in one answer. Exact, and immediate whatever the number of images.',
    complexity: ({ args, childComplexity }) =>
      CURVE_COST + ((args as { points: number }).points || 0) * childComplexity,
  })
  async curve(
    @Arg('points', () => Int, {
      defaultValue: 101,
      description: `How many thresholds, 2 to ${MOST_POINTS}, 0 and 1 among them.`,
    })
    points: number,
    @Ctx() { dataSource }: Context,
  ): Promise<CurvePointType[]> {
    const steps = within('points', points, 2, MOST_POINTS) - 1;
    const thresholds = Array.from({ length: points }, (_, i) => i / steps);
    return (await curveOf(dataSource, this.row.id, thresholds)).points;
  }

  @Field(() => [ValidationPointType], {
    description:
      'Every threshold at which something changes for the validation labels, from the highest to the lowest: what a ROC or precision-recall curve is drawn from. Empty where no label was held out.',
    complexity: ({ args, childComplexity }) =>
      VALIDATION_COST + ((args as { points: number }).points || 0) * childComplexity,
  })
  async validationPoints(
    @Arg('points', () => Int, {
      defaultValue: 200,
      description: `How many at most, 2 to ${MOST_POINTS}: evenly chosen ones where there are more.`,
    })
    points: number,
    @Ctx() { loaders }: Context,
  ): Promise<ValidationPointType[]> {
    return validationPoints(await loaders.validation.load(this.row.id), within('points', points, 2, MOST_POINTS));
  }

  @Field(() => ValidationPointType, {
    nullable: true,
    description: 'The confusion matrix of the validation labels at a threshold; null where no label was held out.',
    complexity: ({ childComplexity }) => VALIDATION_COST + childComplexity,
  })
  async validationAt(
    @Ctx() { loaders }: Context,
    @Arg('threshold', () => Float, { nullable: true, description: 'The threshold, 0 to 1. Default: the one in force.' })
    threshold?: number,
  ): Promise<ValidationPointType | null> {
    const [inForce] = threshold == null ? await loaders.thresholds.load({ of: this.row.id, first: 1 }) : [];
    const value = inForce?.value ?? within('threshold', threshold!, 0, 1);
    return validationAt(await loaders.validation.load(this.row.id), value);
  }

  @Field(() => SuggestionType, {
    nullable: true,
    description:
      'The threshold, with four decimals at most, that meets a goal. Where none does: null, and an error with the code GOAL_UNREACHABLE that says what can be reached.',
    complexity: ({ childComplexity }) => SUGGESTION_COST + childComplexity,
  })
  async suggestThreshold(
    @Arg('goal', () => ThresholdGoal, { description: 'What the threshold is to achieve.' }) goal: ThresholdGoal,
    @Ctx() { dataSource }: Context,
  ): Promise<SuggestionType> {
    return new SuggestionType(await suggestThreshold(dataSource, this.row.id, goalOf(goal)), this.row.id);
  }

  @Field(() => RunType, { description: 'The TRAIN run that made it, or that stands for its import.' })
  async run(@Ctx() { loaders }: Context): Promise<RunType> {
    return new RunType((await loaders.run.load(this.row.runId))!);
  }

  @Field(() => GraphQLDateTime, { description: 'When it was trained or imported.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

export const ModelConnection = connectionType('Model', () => ModelType);

@Resolver()
export class ModelResolver {
  @Query(() => ModelConnection, { description: 'The models of a collection, newest first.', complexity: pageCost })
  async models(
    @Arg('collection', () => ID, { description: 'The id of the collection.' }) collection: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { dataSource }: Context,
  ): Promise<CountedConnection<ModelType>> {
    const where = { collectionId: decodeId('collection', collection, 'collection') };
    const table = { entity: Model, where, kind: 'models', newestFirst: true };
    return connectionById(dataSource, table, page, (row) => new ModelType(row));
  }

  @Query(() => ModelType, { nullable: true, description: 'A model by its id; null when there is none.' })
  async model(
    @Arg('id', () => ID, { description: 'The id of a model.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<ModelType | null> {
    const row = await loaders.model.load(decodeId('model', id, 'id'));
    return row && new ModelType(row);
  }
}
