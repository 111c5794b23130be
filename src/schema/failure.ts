import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, Int, ObjectType } from 'type-graphql';

import type { FailureRow } from '../catalog/batches.js';
import type { FailureGroup } from '../catalog/failure-groups.js';
import { FAILURE_CODES } from '../errors.js';
import { connectionType, listCost } from './connections.js';
import type { Context } from './context.js';
import { StageEnum } from './enums.js';
import { encodeId } from './ids.js';
import { ImageType } from './image.js';
import { within } from './input.js';
import { RunType } from './run.js';

@ObjectType('Failure', { description: 'What went wrong with one image or file at one stage. It never stops the run.' })
export class FailureType {
  constructor(private readonly row: FailureRow) {}

  @Field(() => ID, { description: 'Opaque.' })
  get id(): string {
    return encodeId('failure', this.row.id);
  }

  @Field(() => StageEnum, { description: 'The stage it failed at.' })
  get stage(): string {
    return this.row.stage;
  }

  @Field(() => String, {
    description: `What kind of failure: one of ${FAILURE_CODES.join(', ')}; later versions may add to these.`,
  })
  get code(): string {
    return this.row.code;
  }

  @Field(() => String, { description: 'What was expected, what came instead and what to do.' })
  get message(): string {
    return this.row.message;
  }

  @Field(() => Int, {
    description: '1 for the first run in which it failed at this stage, 2 for the second, and so on.',
  })
  get attempt(): number {
    return this.row.attempt;
  }

  @Field(() => String, {
    nullable: true,
    description: 'The file, where the failure is one of a file that is no image.',
  })
  get uri(): string | null {
    return this.row.uri;
  }

  @Field(() => ImageType, { nullable: true, description: 'The image, where the failure is one of an image.' })
  async image(@Ctx() { loaders }: Context): Promise<ImageType | null> {
    const row = this.row.imageId === null ? null : await loaders.image.load(this.row.imageId);
    return row && new ImageType(row);
  }

  @Field(() => RunType, { description: 'The run it happened in.' })
  async run(@Ctx() { loaders }: Context): Promise<RunType> {
    return new RunType((await loaders.run.load(this.row.runId))!);
  }

  @Field(() => GraphQLDateTime, { description: 'When it happened.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

/** Most examples of one code at a time. */
const MOST_EXAMPLES = 100;

@ObjectType('FailureGroup', { description: 'The failures of a run that have one code.' })
export class FailureGroupType {
  constructor(private readonly row: FailureGroup) {}

  @Field(() => String, { description: 'The code, as in Failure.code.' })
  get code(): string {
    return this.row.code;
  }

  @Field(() => Int, { description: 'How many failures of the run have it.' })
  get count(): number {
    return this.row.count;
  }

  @Field(() => [FailureType], { description: 'Some of them, oldest first.', complexity: listCost })
  async examples(
    @Arg('first', () => Int, { defaultValue: 10, description: `At most so many, 1 to ${MOST_EXAMPLES}.` })
    first: number,
    @Ctx() { loaders }: Context,
  ): Promise<FailureType[]> {
    const { runId, code } = this.row;
    const found = await loaders.failureExamples.load({ runId, code, first: within('first', first, 1, MOST_EXAMPLES) });
    return found.map((row) => new FailureType(row));
  }
}

export const FailureConnection = connectionType('Failure', () => FailureType);
