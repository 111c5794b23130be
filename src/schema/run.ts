import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Ctx, Field, Float, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { In } from 'typeorm';

import { Run } from '../entities/index.js';
import type { RunState, StageName } from '../entities/index.js';
import { CollectionType } from './collection.js';
import { connectionById, connectionOf, connectionType, pageCost, PageArguments, parsePage } from './connections.js';
import type { Connection } from './connections.js';
import type { Context } from './context.js';
import { encodeCursor } from './cursors.js';
import { RunStateEnum, StageEnum } from './enums.js';
import { FailureConnection, FailureGroupType, FailureType } from './failure.js';
import { decodeId, encodeId } from './ids.js';
import { ModelType } from './model.js';
import { paceOf } from './pace.js';
import { ThresholdType } from './threshold.js';

@ObjectType('Run', {
  description:
    'One execution of a stage, by a worker. The runs of a collection execute one after another, in the order they were requested.',
})
export class RunType {
  constructor(private readonly row: Run) {}

  @Field(() => ID, { description: 'Opaque.' })
  get id(): string {
    return encodeId('run', this.row.id);
  }

  @Field(() => StageEnum, { description: 'What it does.' })
  get stage(): StageName {
    return this.row.stage;
  }

  @Field(() => RunStateEnum, { description: 'How far it is.' })
  get state(): RunState {
    return this.row.state;
  }

  @Field(() => CollectionType, { description: 'The collection it works on.' })
  async collection(@Ctx() { loaders }: Context): Promise<CollectionType> {
    return new CollectionType((await loaders.collection.load(this.row.collectionId))!);
  }

  @Field(() => GraphQLJSONObject, { description: 'The options it was requested with, as its mutation takes them.' })
  get options(): Record<string, unknown> {
    return this.row.options;
  }

  @Field(() => String, { description: 'Who requested it.' })
  get requestedBy(): string {
    return this.row.requestedBy;
  }

  @Field(() => Int, { nullable: true, description: 'Items to go through; null until that is known.' })
  get total(): number | null {
    return this.row.total;
  }

  @Field(() => Int, { description: 'Items done.' })
  get done(): number {
    return this.row.done;
  }

  @Field(() => Int, { description: 'Items passed over because there was nothing left to do for them.' })
  get skipped(): number {
    return this.row.skipped;
  }

  @Field(() => Int, { description: 'Items that failed, each with a failure.' })
  get failed(): number {
    return this.row.failed;
  }

  @Field(() => Float, { description: 'The share of the items gone through, 0 to 1.' })
  get progress(): number {
    return paceOf(this.row).progress;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Items a second on the average since it started; null before the first one.',
  })
  get rate(): number | null {
    return paceOf(this.row).rate;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Seconds that the rest takes at that rate; 0 when the run is over, null while unknown.',
  })
  get secondsLeft(): number | null {
    return paceOf(this.row).secondsLeft;
  }

  @Field(() => FailureConnection, {
    description: 'What went wrong with single images or files, oldest first.',
    complexity: pageCost,
  })
  async failures(
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() { loaders }: Context,
  ): Promise<Connection<FailureType>> {
    const page = parsePage(args, 'failures', 1);
    const asked = { of: this.row.id, first: page.size + 1, from: page.from?.[0] ?? null };
    const found = await (page.backward ? loaders.failuresBefore : loaders.failuresAfter).load(asked);
    return connectionOf(page, found, (row) => ({
      node: new FailureType(row),
      cursor: encodeCursor('failures', [row.id]),
    }));
  }

  @Field(() => [FailureGroupType], { description: 'The same by code, the most frequent first.' })
  async failureGroups(@Ctx() { loaders }: Context): Promise<FailureGroupType[]> {
    return (await loaders.failureGroups.load(this.row.id)).map((group) => new FailureGroupType(group));
  }

  @Field(() => ModelType, { nullable: true, description: 'The model that a TRAIN run made.' })
  async model(@Ctx() { loaders }: Context): Promise<ModelType | null> {
    const row = this.row.stage === 'TRAIN' ? await loaders.modelOfRun.load(this.row.id) : null;
    return row && new ModelType(row);
  }

  @Field(() => GraphQLJSONObject, {
    description: 'What came of it, by stage: counts, seconds and the like; empty until it is over.',
  })
  get outcome(): Record<string, unknown> {
    return this.row.outcome;
  }

  @Field(() => ThresholdType, {
    nullable: true,
    description:
      'The record of the threshold that an EXPORT run decided by; null until it is over, for other stages, and where the threshold was given.',
  })
  async threshold(@Ctx() { loaders }: Context): Promise<ThresholdType | null> {
    const { thresholdId } = this.row.outcome;
    const row = typeof thresholdId === 'number' ? await loaders.threshold.load(thresholdId) : null;
    return row && new ThresholdType(row);
  }

  @Field(() => String, { nullable: true, description: 'Why a FAILED run could not go on: a stable code.' })
  get errorCode(): string | null {
    return this.row.errorCode;
  }

  @Field(() => String, { nullable: true, description: 'Why a FAILED run could not go on, and what to do.' })
  get errorMessage(): string | null {
    return this.row.errorMessage;
  }

  @Field(() => Boolean, { description: 'Whether cancelRun was called. It stops between two batches.' })
  get cancelRequested(): boolean {
    return this.row.cancelRequestedAt !== null;
  }

  @Field(() => GraphQLDateTime, { description: 'When it was requested.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When a worker took it.' })
  get startedAt(): Date | null {
    return this.row.startedAt;
  }

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was over.' })
  get finishedAt(): Date | null {
    return this.row.finishedAt;
  }
}

export const RunConnection = connectionType('Run', () => RunType);

@InputType({ description: 'Which runs. What is left out does not matter.' })
export class RunFilter {
  @Field(() => ID, { nullable: true, description: 'Of this collection.' })
  collection?: string | null;

  @Field(() => [StageEnum], { nullable: true, description: 'Of one of these stages.' })
  stages?: StageName[] | null;

  @Field(() => [RunStateEnum], { nullable: true, description: 'In one of these states.' })
  states?: RunState[] | null;
}

@Resolver()
export class RunResolver {
  @Query(() => RunConnection, { description: 'Runs, newest first.', complexity: pageCost })
  async runs(
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { dataSource }: Context,
    @Arg('filter', () => RunFilter, { nullable: true, description: 'Which ones; all when left out.' })
    filter?: RunFilter,
  ): Promise<Connection<RunType>> {
    const { collection, stages, states } = filter ?? {};
    const where = {
      ...(collection != null && { collectionId: decodeId('collection', collection, 'filter.collection') }),
      ...(stages != null && { stage: In(stages) }),
      ...(states != null && { state: In(states) }),
    };
    const table = { entity: Run, where, kind: 'runs', newestFirst: true };
    return connectionById(dataSource, table, page, (row) => new RunType(row));
  }

  @Query(() => RunType, { nullable: true, description: 'One run; null when there is none with this id.' })
  async run(
    @Arg('id', () => ID, { description: 'The run.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<RunType | null> {
    const row = await loaders.run.load(decodeId('run', id, 'id'));
    return row && new RunType(row);
  }
}
