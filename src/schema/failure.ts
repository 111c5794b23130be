import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, Field, ID, Int, ObjectType } from 'type-graphql';

import type { FailureRow } from '../catalog/batches.js';
import { FAILURE_CODES } from '../errors.js';
import { connectionType } from './connections.js';
import type { Context } from './context.js';
import { StageEnum } from './enums.js';
import { encodeId } from './ids.js';
import { ImageType } from './image.js';
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

export const FailureConnection = connectionType('Failure', () => FailureType);
