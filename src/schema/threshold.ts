import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, Float, ID, Mutation, ObjectType, Resolver } from 'type-graphql';

import type { ThresholdRow } from '../catalog/batches.js';
import { revertThreshold, setThreshold } from '../catalog/thresholds.js';
import type { Context } from './context.js';
import { decodeId, encodeId } from './ids.js';
import { optionalText, within } from './input.js';
import { ModelType } from './model.js';
import { NodeType } from './node.js';

@ObjectType('Threshold', {
  implements: NodeType,
  description:
    'A dated record on a model: the score from which on an image is OK. The newest record is in force; none is ever changed, nor removed while the model is there.',
})
export class ThresholdType implements NodeType {
  constructor(private readonly row: ThresholdRow) {}

  get id(): string {
    return encodeId('threshold', this.row.id);
  }

  @Field(() => Float, {
    description: 'The threshold, 0 to 1. An image without a label is OK when its score is this or more.',
  })
  get value(): number {
    return this.row.value;
  }

  @Field(() => String, { nullable: true, description: 'Why it was set; null when nobody said.' })
  get note(): string | null {
    return this.row.note;
  }

  @Field(() => String, { description: 'Who set it.' })
  get who(): string {
    return this.row.who;
  }

  @Field(() => GraphQLDateTime, { description: 'When it was set.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => ModelType, { description: 'The model it is a threshold of.' })
  async model(@Ctx() { loaders }: Context): Promise<ModelType> {
    return new ModelType((await loaders.model.load(this.row.modelId))!);
  }
}

@Resolver()
export class ThresholdResolver {
  @Mutation(() => ThresholdType, {
    description:
      'Sets the threshold of a model, by one more record in its history. Verdicts follow at once, whatever the size of the collection; nothing is computed again.',
  })
  async setThreshold(
    @Arg('model', () => ID, { description: 'The id of the model.' }) model: string,
    @Arg('value', () => Float, { description: 'The new threshold, 0 to 1.' }) value: number,
    @Ctx() { dataSource, viewer }: Context,
    @Arg('note', () => String, { nullable: true, description: 'Why, in 1 to 2,000 characters.' }) note?: string,
    @Arg('who', () => String, {
      nullable: true,
      description: 'Who decides it, in 1 to 200 characters. Default: whom the token belongs to.',
    })
    who?: string,
  ): Promise<ThresholdType> {
    const row = await setThreshold(dataSource, {
      modelId: decodeId('model', model, 'model'),
      value: within('value', value, 0, 1),
      note: optionalText('note', note, 2000) ?? null,
      who: optionalText('who', who, 200) ?? viewer.name,
    });
    return new ThresholdType(row);
  }

  @Mutation(() => ThresholdType, {
    description:
      'Sets the threshold of a model back to an earlier one, by one more record in its history, whose note says which. Reverting twice is where it began. CONFLICT when there is no earlier one.',
  })
  async revertThreshold(
    @Arg('model', () => ID, { description: 'The id of the model.' }) model: string,
    @Ctx() { dataSource, viewer }: Context,
    @Arg('to', () => ID, {
      nullable: true,
      description: 'The record of its history to go back to. Default: the one before the one in force.',
    })
    to?: string,
    @Arg('note', () => String, { nullable: true, description: 'Why, in 1 to 1,000 characters; added to the note.' })
    note?: string,
    @Arg('who', () => String, {
      nullable: true,
      description: 'Who decides it, in 1 to 200 characters. Default: whom the token belongs to.',
    })
    who?: string,
  ): Promise<ThresholdType> {
    const row = await revertThreshold(dataSource, {
      modelId: decodeId('model', model, 'model'),
      to: to == null ? undefined : decodeId('threshold', to, 'to'),
      note: optionalText('note', note, 1000),
      who: optionalText('who', who, 200) ?? viewer.name,
    });
    return new ThresholdType(row);
  }
}
