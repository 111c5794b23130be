import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Ctx, Field, Float, ID, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { In } from 'typeorm';

import type { Retry } from '../catalog/retries.js';
import { Run } from '../entities/index.js';
import type { RunState, StageName } from '../entities/index.js';
import { REQUEST_CODES, type RequestCode } from '../errors.js';
import { ErrorCodeEnum, FailureCodeEnum } from './code-enums.js';
import { CollectionType } from './collection.js';
import { connectionById, connectionOf, connectionType, pageCost, PageArguments, parsePage } from './connections.js';
import type { CountedConnection } from './connections.js';
import type { Context } from './context.js';
import { encodeCursor } from './cursors.js';
import { RunStateEnum, StageEnum } from './enums.js';
import { FailureConnection, FailureGroupType, FailureType } from './failure.js';
import { decodeId, encodeId } from './ids.js';
import { ModelType } from './model.js';
import { NodeType } from './node.js';
import { paceOf } from './pace.js';
import { ThresholdType } from './threshold.js';

/** Rows of the catalog that stand in an outcome; fields of their own lead to them. */
const ROW_IDS = ['modelId', 'thresholdId', 'exportId'];

@ObjectType('RunError', { description: 'Why a run could not go on.', simpleResolvers: true })
class RunErrorType {
  @Field(() => ErrorCodeEnum, { description: 'Why, for programs.' })
  code!: RequestCode;

  @Field(() => String, { description: 'Why, and what to do, for people to read.' })
  message!: string;
}

@ObjectType('Retry', { description: 'What a run takes up again: failures of an earlier run.' })
class RetryType {
  constructor(private readonly retry: Retry) {}

  @Field(() => RunType, { description: 'The earlier run.' })
  async run(@Ctx() { loaders }: Context): Promise<RunType> {
    return new RunType((await loaders.run.load(this.retry.run))!);
  }

  @Field(() => [FailureCodeEnum], {
    nullable: true,
    description: 'Only its failures with one of these codes; null for all of them.',
  })
  get codes(): readonly string[] | null {
    return this.retry.codes;
  }
}

@ObjectType('Run', {
  implements: NodeType,
  description:
    'One execution of a stage, by a worker. The runs of a collection are executed one after another, in the order in which they were requested. Its items are files (INGEST), images (RESIZE, EMBED, CLASSIFY, EXPORT) or epochs (TRAIN).',
})
export class RunType implements NodeType {
  constructor(private readonly row: Run) {}

  get id(): string {
    return encodeId('run', this.row.id);
  }

  @Field(() => StageEnum, { description: 'The stage that it executes.' })
  get stage(): StageName {
    return this.row.stage;
  }

  @Field(() => RunStateEnum, { description: 'Whether it waits, works or is over.' })
  get state(): RunState {
    return this.row.state;
  }

  @Field(() => CollectionType, { description: 'The collection it works on.' })
  async collection(@Ctx() { loaders }: Context): Promise<CollectionType> {
    return new CollectionType((await loaders.collection.load(this.row.collectionId))!);
  }

  @Field(() => GraphQLJSONObject, {
    description:
      'The options of its stage with defaults filled in, by the names that the input of its mutation has; a model stands there by its number. To be shown to people: programs find the model, the threshold and the retry in fields of their own.',
  })
  get options(): Record<string, unknown> {
    return without(['retry'], this.row.options);
  }

  @Field(() => RetryType, {
    nullable: true,
    description: 'What it takes up again, if it was requested by retryFailed; else null.',
  })
  get retry(): RetryType | null {
    const { retry } = this.row.options;
    return retry === undefined ? null : new RetryType(retry as Retry);
  }

  @Field(() => String, { description: 'Who requested it: whom the token belongs to, or the user of the command line.' })
  get requestedBy(): string {
    return this.row.requestedBy;
  }

  @Field(() => Int, { nullable: true, description: 'How many items it has to go through; null until that is known.' })
  get total(): number | null {
    return this.row.total;
  }

  @Field(() => Int, { description: 'How many items are done.' })
  get done(): number {
    return this.row.done;
  }

  @Field(() => Int, { description: 'How many items were passed over because there was nothing left to do for them.' })
  get skipped(): number {
    return this.row.skipped;
  }

  @Field(() => Int, {
    description:
      'How many items failed, each with a failure. Labels that could not be given have failures as well, but are no items.',
  })
  get failed(): number {
    return this.row.failed;
  }

  @Field(() => Float, { description: 'The share of the items that it has gone through, 0 to 1.' })
  get progress(): number {
    return paceOf(this.row).progress;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Items a second, on the average since it started; null before the first one.',
  })
  get itemsPerSecond(): number | null {
    return paceOf(this.row).rate;
  }

  @Field(() => Float, {
    nullable: true,
    description: 'Seconds that the rest will take at `itemsPerSecond`; 0 when it is over, null while that is unknown.',
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
  ): Promise<CountedConnection<FailureType>> {
    const page = parsePage(args, 'failures', 1);
    const asked = { of: this.row.id, first: page.size + 1, from: page.from?.[0] ?? null };
    const found = await (page.backward ? loaders.failuresBefore : loaders.failuresAfter).load(asked);
    const shown = connectionOf(page, found, (row) => ({
      node: new FailureType(row),
      cursor: encodeCursor('failures', [row.id]),
    }));
    return { ...shown, count: () => loaders.failureCount.load(this.row.id) };
  }

  @Field(() => [FailureGroupType], { description: 'Its failures by code, the most frequent first.' })
  async failureGroups(@Ctx() { loaders }: Context): Promise<FailureGroupType[]> {
    return (await loaders.failureGroups.load(this.row.id)).map((group) => new FailureGroupType(group));
  }

  @Field(() => ModelType, {
    nullable: true,
    description:
      'The model that a TRAIN run made, or that a CLASSIFY or EXPORT run went by. Null until the run has succeeded, for other stages, and once the model is deleted.',
  })
  async model(@Ctx() { loaders }: Context): Promise<ModelType | null> {
    const { modelId } = this.row.outcome;
    const row =
      this.row.stage === 'TRAIN'
        ? await loaders.modelOfRun.load(this.row.id)
        : typeof modelId === 'number'
          ? await loaders.model.load(modelId)
          : null;
    return row && new ModelType(row);
  }

  @Field(() => GraphQLJSONObject, {
    description:
      'Figures of what came of it, which depend on the stage: counts, seconds, rates; empty unless it has succeeded. To be shown to people: programs find the model, the threshold and the error in fields of their own.',
  })
  get outcome(): Record<string, unknown> {
    return without(ROW_IDS, this.row.outcome);
  }

  @Field(() => ThresholdType, {
    nullable: true,
    description:
      'The record of the threshold that an EXPORT run decided by. Null until the run has succeeded, for other stages, and where the threshold was given.',
  })
  async threshold(@Ctx() { loaders }: Context): Promise<ThresholdType | null> {
    const { thresholdId } = this.row.outcome;
    const row = typeof thresholdId === 'number' ? await loaders.threshold.load(thresholdId) : null;
    return row && new ThresholdType(row);
  }

  @Field(() => RunErrorType, { nullable: true, description: 'Why it could not go on; null unless it is FAILED.' })
  get error(): RunErrorType | null {
    const { errorCode, errorMessage } = this.row;
    if (errorCode === null) return null;
    return { code: REQUEST_CODES.find((code) => code === errorCode) ?? 'INTERNAL', message: errorMessage ?? '' };
  }

  @Field(() => Boolean, { description: 'Whether it was asked to stop, which it does between two batches.' })
  get cancelRequested(): boolean {
    return this.row.cancelRequestedAt !== null;
  }

  @Field(() => GraphQLDateTime, { description: 'When it was requested.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When a worker took it; null while it waits, or when it was cancelled before.',
  })
  get startedAt(): Date | null {
    return this.row.startedAt;
  }

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was over, however it ended; null until then.' })
  get finishedAt(): Date | null {
    return this.row.finishedAt;
  }
}

function without(names: readonly string[], all: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}

export const RunConnection = connectionType('Run', () => RunType);

@InputType({ description: 'Which runs: those for which all that is given holds. What is left out does not matter.' })
export class RunFilter {
  @Field(() => ID, { nullable: true, description: 'The id of their collection.' })
  collection?: string | null;

  @Field(() => [StageEnum], { nullable: true, description: 'One of these stages.' })
  stages?: StageName[] | null;

  @Field(() => [RunStateEnum], { nullable: true, description: 'One of these states.' })
  states?: RunState[] | null;
}

@Resolver()
export class RunResolver {
  @Query(() => RunConnection, {
    description: 'The runs of all collections, or of one, newest first.',
    complexity: pageCost,
  })
  async runs(
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { dataSource }: Context,
    @Arg('filter', () => RunFilter, { nullable: true, description: 'Which runs. Default: all.' })
    filter?: RunFilter,
  ): Promise<CountedConnection<RunType>> {
    const { collection, stages, states } = filter ?? {};
    const where = {
      ...(collection != null && { collectionId: decodeId('collection', collection, 'filter.collection') }),
      ...(stages != null && { stage: In(stages) }),
      ...(states != null && { state: In(states) }),
    };
    const table = { entity: Run, where, kind: 'runs', newestFirst: true };
    return connectionById(dataSource, table, page, (row) => new RunType(row));
  }

  @Query(() => RunType, { nullable: true, description: 'A run by its id; null when there is none.' })
  async run(
    @Arg('id', () => ID, { description: 'The id of a run.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<RunType | null> {
    const row = await loaders.run.load(decodeId('run', id, 'id'));
    return row && new RunType(row);
  }
}
