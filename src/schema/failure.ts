import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, Int, ObjectType } from 'type-graphql';

import type { FailureRow } from '../catalog/batches.js';
import type { FailureGroup } from '../catalog/failure-groups.js';
import { connectionType, listCost } from './connections.js';
import type { Context } from './context.js';
import { FailureCodeEnum } from './code-enums.js';
import { StageEnum } from './enums.js';
import { encodeId } from './ids.js';
import { ImageType } from './image.js';
import { within } from './input.js';
import { NodeType } from './node.js';
import { RunType } from './run.js';

@ObjectType('Failure', {
  implements: NodeType,
  description: 'What went wrong with one image or file at one stage of a run. The run goes on without it.',
})
export class FailureType implements NodeType {
  constructor(private readonly row: FailureRow) {}

  get id(): string {
    return encodeId('failure', this.row.id);
  }

  @Field(() => StageEnum, { description: 'The stage at which it happened.' })
  get stage(): string {
    return this.row.stage;
  }

  @Field(() => FailureCodeEnum, { description: 'What was wrong.' })
  get code(): string {
    return this.row.code;
  }

  @Field(() => String, { description: 'What was expected, what came instead and what to do, for people to read.' })
  get message(): string {
    return this.row.message;
  }

  @Field(() => Int, {
    description: '1 for the first run in which this image or file failed at this stage, 2 for the second, and so on.',
  })
  get attempt(): number {
    return this.row.attempt;
  }

  @Field(() => String, {
    nullable: true,
    description:
      'The path or URL of the file, or `file:line` of a labels file; null where the failure is one of an image.',
  })
  get uri(): string | null {
    return this.row.uri;
  }

  @Field(() => ImageType, {
    nullable: true,
    description: 'The image; null where the failure is one of a file that is not in the catalog.',
  })
  async image(@Ctx() { loaders }: Context): Promise<ImageType | null> {
    const row = this.row.imageId === null ? null : await loaders.image.load(this.row.imageId);
    return row && new ImageType(row);
  }

  @Field(() => RunType, { description: 'The run in which it happened.' })
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

@ObjectType('FailureGroup', { description: 'All failures of a run with the same code.' })
export class FailureGroupType {
  constructor(private readonly row: FailureGroup) {}

  @Field(() => FailureCodeEnum, { description: 'The code that they have.' })
  get code(): string {
    return this.row.code;
  }

  @Field(() => Int, { description: 'How many failures of the run have this code.' })
  get count(): number {
    return this.row.count;
  }

  @Field(() => [FailureType], {
    description: 'The first of them, oldest first. All of them: `Run.failures`.',
    complexity: listCost,
  })
  async examples(
    @Arg('first', () => Int, { defaultValue: 10, description: `How many at most, 1 to ${MOST_EXAMPLES}.` })
    first: number,
    @Ctx() { loaders }: Context,
  ): Promise<FailureType[]> {
    const { runId, code } = this.row;
    const found = await loaders.failureExamples.load({ runId, code, first: within('first', first, 1, MOST_EXAMPLES) });
    return found.map((row) => new FailureType(row));
  }
}

export const FailureConnection = connectionType('Failure', () => FailureType);
