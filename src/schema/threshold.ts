import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, Float, ID, Mutation, ObjectType, Resolver } from 'type-graphql';

import type { ThresholdRow } from '../catalog/batches.js';
import { revertThreshold, setThreshold } from '../catalog/thresholds.js';
import type { Context } from './context.js';
import { decodeId, encodeId } from './ids.js';
import { optionalText, within } from './input.js';
import { ModelType } from './model.js';

@ObjectType('Threshold', {
  description:
    'A dated record on a model: from this score on an image is OK. The newest one is in force; none is ever changed or removed.',
})
export class ThresholdType {
  constructor(private readonly row: ThresholdRow) {}

  @Field(() => ID, { description: 'Opaque.' })
  get id(): string {
    return encodeId('threshold', this.row.id);
  }

  @Field(() => Float, { description: '0 to 1. An image without a label is OK when its score is this or more.' })
  get value(): number {
    return this.row.value;
  }

  @Field(() => String, { nullable: true, description: 'Why.' })
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
      'Sets the threshold of a model, by adding to its history. One inserted row, whatever the size of the collection; nothing runs again.',
  })
  async setThreshold(
    @Arg('model', () => ID, { description: 'The model.' }) model: string,
    @Arg('value', () => Float, { description: 'The new threshold, 0 to 1.' }) value: number,
    @Ctx() { dataSource, viewer }: Context,
    @Arg('note', () => String, { nullable: true, description: 'Why, in at most 2,000 characters.' }) note?: string,
    @Arg('who', () => String, { nullable: true, description: 'Who decides it. Left out: who the token belongs to.' })
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
      'Sets the threshold of a model back to an earlier one, by adding to its history; the note says which. Going back twice goes forth again.',
  })
  async revertThreshold(
    @Arg('model', () => ID, { description: 'The model.' }) model: string,
    @Ctx() { dataSource, viewer }: Context,
    @Arg('to', () => ID, {
      nullable: true,
      description: 'The threshold of its history to go back to. Left out: the one before the one in force.',
    })
    to?: string,
    @Arg('note', () => String, { nullable: true, description: 'Why, in at most 1,000 characters.' }) note?: string,
    @Arg('who', () => String, { nullable: true, description: 'Who decides it. Left out: who the token belongs to.' })
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
