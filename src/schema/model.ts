import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Ctx, Field, Float, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';

import { curveOf } from '../catalog/curve.js';
import { reliabilityOf } from '../catalog/reliability.js';
import { suggestThreshold } from '../catalog/suggest-threshold.js';
import { validationAt, validationPoints } from '../catalog/validation-points.js';
import { Model } from '../entities/index.js';
import type { HeadName } from '../entities/index.js';
import { BackboneType } from './backbone.js';
import { CalibrationType, ReliabilityBinType } from './calibration.js';
import { CollectionType } from './collection.js';
import { connectionById, connectionType, LARGEST_PAGE, listCost, pageCost, PageArguments } from './connections.js';
import type { Connection } from './connections.js';
import type { Context } from './context.js';
import { CountsType } from './counts.js';
import { CurvePointType, goalOf, SuggestionType, ThresholdGoal } from './curve.js';
import { HeadEnum } from './enums.js';
import { EpochType } from './epoch.js';
import { decodeId, encodeId } from './ids.js';
import { within } from './input.js';
import { MetricsType } from './metrics.js';
import { RunType } from './run.js';
import { ThresholdType } from './threshold.js';
import { ValidationPointType } from './validation.js';

/** Exact, and quick whatever the size of the collection, but dearer than a row. */
const COUNTS_COST = 50;
/** They read every bin of the model, and look at each threshold's own. */
const CURVE_COST = 200;
const VALIDATION_COST = 50;
const SUGGESTION_COST = 1_000;
const MOST_POINTS = 1_001;

@ObjectType('Model', {
  description: 'Backbone, trained head and preprocessing: gives an image a score. Numbered per collection: v1, v2, ...',
})
export class ModelType {
  constructor(private readonly row: Model) {}

  @Field(() => ID, { description: 'Opaque.' })
  get id(): string {
    return encodeId('model', this.row.id);
  }

  @Field(() => Int, { description: 'Its number in its collection, from 1.' })
  get number(): number {
    return this.row.number;
  }

  @Field(() => CollectionType, { description: 'The collection it was trained on.' })
  async collection(@Ctx() { loaders }: Context): Promise<CollectionType> {
    return new CollectionType((await loaders.collection.load(this.row.collectionId))!);
  }

  @Field(() => HeadEnum, { description: 'What kind of head was trained.' })
  get head(): HeadName {
    return this.row.head;
  }

  @Field(() => BackboneType, { description: 'The network whose features it reads.' })
  async backbone(@Ctx() { loaders }: Context): Promise<BackboneType> {
    return (await loaders.backbone.load(this.row.backboneId))!;
  }

  @Field(() => GraphQLJSONObject, { description: 'The training options in full, defaults filled in.' })
  get options(): Record<string, unknown> {
    return this.row.options;
  }

  @Field(() => String, {
    description:
      'A hash of everything that makes its scores what they are: backbone, preprocessing and trained weights.',
  })
  get fingerprint(): string {
    return this.row.fingerprint;
  }

  @Field(() => String, { description: 'A hash of the labels it learnt from.' })
  get labelsDigest(): string {
    return this.row.labelsDigest;
  }

  @Field(() => Int, { description: 'How many POSITIVE labels it was made with, those held out included.' })
  get positives(): number {
    return this.row.positives;
  }

  @Field(() => Int, { description: 'How many NEGATIVE labels it was made with, those held out included.' })
  get negatives(): number {
    return this.row.negatives;
  }

  @Field(() => Int, { description: 'The epoch whose weights it has: the best one on held-out labels.' })
  get chosenEpoch(): number {
    return this.row.chosenEpoch;
  }

  @Field(() => MetricsType, { description: 'How good it is on held-out labels.' })
  get metrics(): MetricsType {
    return this.row.metrics as unknown as MetricsType;
  }

  @Field(() => CalibrationType, { description: 'How its scores are made of logits.' })
  get calibration(): CalibrationType {
    return this.row.calibration;
  }

  @Field(() => [ReliabilityBinType], {
    description: 'The points of its reliability diagram: bins of equal width over scores from 0 to 1.',
    complexity: ({ args, childComplexity }) => COUNTS_COST + ((args as { bins: number }).bins || 0) * childComplexity,
  })
  async reliability(
    @Arg('bins', () => Int, { defaultValue: 10, description: `How many bins, 2 to ${LARGEST_PAGE}.` }) bins: number,
    @Ctx() { dataSource }: Context,
  ): Promise<ReliabilityBinType[]> {
    return reliabilityOf(dataSource, this.row.id, within('bins', bins, 2, LARGEST_PAGE));
  }

  @Field(() => [EpochType], { description: 'How the training went, epoch by epoch.', complexity: listCost })
  async epochs(
    @Arg('first', () => Int, { defaultValue: LARGEST_PAGE, description: `At most so many, 1 to ${LARGEST_PAGE}.` })
    first: number,
    @Ctx() { loaders }: Context,
  ): Promise<EpochType[]> {
    return loaders.epochs.load({ of: this.row.runId, first: within('first', first, 1, LARGEST_PAGE) });
  }

  @Field(() => ThresholdType, { description: 'The threshold in force.' })
  async threshold(@Ctx() { loaders }: Context): Promise<ThresholdType> {
    const [newest] = await loaders.thresholds.load({ of: this.row.id, first: 1 });
    return new ThresholdType(newest);
  }

  @Field(() => [ThresholdType], { description: 'The history of its threshold, newest first.', complexity: listCost })
  async thresholds(
    @Arg('first', () => Int, { defaultValue: 20, description: `At most so many, 1 to ${LARGEST_PAGE}.` }) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<ThresholdType[]> {
    const found = await loaders.thresholds.load({ of: this.row.id, first: within('first', first, 1, LARGEST_PAGE) });
    return found.map((row) => new ThresholdType(row));
  }

  @Field(() => CountsType, {
    description: 'How many images lie on either side of a threshold: exact, without a scan.',
    complexity: COUNTS_COST,
  })
  async counts(
    @Ctx() { loaders }: Context,
    @Arg('threshold', () => Float, {
      nullable: true,
      description: 'The threshold to count at, 0 to 1. Left out: the one in force.',
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
      'What thresholds from 0 to 1, evenly spaced, would decide: all that a slider needs, in one go. Exact, without a scan.',
    complexity: ({ args, childComplexity }) =>
      CURVE_COST + ((args as { points: number }).points || 0) * childComplexity,
  })
  async curve(
    @Arg('points', () => Int, { defaultValue: 101, description: `How many thresholds, 2 to ${MOST_POINTS}.` })
    points: number,
    @Ctx() { dataSource }: Context,
  ): Promise<CurvePointType[]> {
    const steps = within('points', points, 2, MOST_POINTS) - 1;
    const thresholds = Array.from({ length: points }, (_, i) => i / steps);
    return (await curveOf(dataSource, this.row.id, thresholds)).points;
  }

  @Field(() => [ValidationPointType], {
    description:
      'Every threshold at which the verdicts on the validation labels change, from the strictest: what a ROC or a precision-recall curve is drawn from. Empty before the model has scored them.',
    complexity: ({ args, childComplexity }) =>
      VALIDATION_COST + ((args as { most: number }).most || 0) * childComplexity,
  })
  async validationPoints(
    @Arg('most', () => Int, {
      defaultValue: 200,
      description: `At most so many, 2 to ${MOST_POINTS}: evenly chosen ones where there are more.`,
    })
    most: number,
    @Ctx() { loaders }: Context,
  ): Promise<ValidationPointType[]> {
    return validationPoints(await loaders.validation.load(this.row.id), within('most', most, 2, MOST_POINTS));
  }

  @Field(() => ValidationPointType, {
    nullable: true,
    description: 'What a threshold makes of the validation labels; null before the model has scored them.',
    complexity: ({ childComplexity }) => VALIDATION_COST + childComplexity,
  })
  async validationAt(
    @Ctx() { loaders }: Context,
    @Arg('threshold', () => Float, { nullable: true, description: '0 to 1. Left out: the one in force.' })
    threshold?: number,
  ): Promise<ValidationPointType | null> {
    const [inForce] = threshold == null ? await loaders.thresholds.load({ of: this.row.id, first: 1 }) : [];
    const value = inForce?.value ?? within('threshold', threshold!, 0, 1);
    return validationAt(await loaders.validation.load(this.row.id), value);
  }

  @Field(() => SuggestionType, {
    nullable: true,
    description:
      'The threshold of four decimals that meets a goal, with the reason; null, and an error with the code GOAL_UNREACHABLE that says what can be reached, where none does.',
    complexity: ({ childComplexity }) => SUGGESTION_COST + childComplexity,
  })
  async suggestThreshold(
    @Arg('goal', () => ThresholdGoal, { description: 'What it is to achieve.' }) goal: ThresholdGoal,
    @Ctx() { dataSource }: Context,
  ): Promise<SuggestionType> {
    return new SuggestionType(await suggestThreshold(dataSource, this.row.id, goalOf(goal)), this.row.id);
  }

  @Field(() => RunType, { description: 'The TRAIN run that made it.' })
  async run(@Ctx() { loaders }: Context): Promise<RunType> {
    return new RunType((await loaders.run.load(this.row.runId))!);
  }

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

export const ModelConnection = connectionType('Model', () => ModelType);

@Resolver()
export class ModelResolver {
  @Query(() => ModelConnection, { description: 'Models of a collection, newest first.', complexity: pageCost })
  async models(
    @Arg('collection', () => ID, { description: 'The collection.' }) collection: string,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { dataSource }: Context,
  ): Promise<Connection<ModelType>> {
    const where = { collectionId: decodeId('collection', collection, 'collection') };
    const table = { entity: Model, where, kind: 'models', newestFirst: true };
    return connectionById(dataSource, table, page, (row) => new ModelType(row));
  }

  @Query(() => ModelType, { nullable: true, description: 'One model; null when there is none with this id.' })
  async model(
    @Arg('id', () => ID, { description: 'The model.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<ModelType | null> {
    const row = await loaders.model.load(decodeId('model', id, 'id'));
    return row && new ModelType(row);
  }
}
