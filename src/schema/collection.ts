import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Args, Ctx, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';

import { ensureCollection } from '../catalog/collections.js';
import { Collection } from '../entities/index.js';
import { connectionById, connectionType, pageCost, PageArguments } from './connections.js';
import type { CountedConnection } from './connections.js';
import type { Context } from './context.js';
import { decodeId, encodeId } from './ids.js';
import { badInput, optionalText, text } from './input.js';
import { ModelType } from './model.js';
import { NodeType } from './node.js';

@ObjectType('LabelCounts', {
  description: 'A number of labels by what they say.',
  simpleResolvers: true,
})
export class LabelCountsType {
  @Field(() => Int, { description: 'How many are POSITIVE.' })
  positive!: number;

  @Field(() => Int, { description: 'How many are NEGATIVE.' })
  negative!: number;
}

@ObjectType('Collection', {
  implements: NodeType,
  description: 'A set of images screened together for one question, such as "is this a person?".',
})
export class CollectionType implements NodeType {
  constructor(private readonly row: Collection) {}

  get id(): string {
    return encodeId('collection', this.row.id);
  }

  @Field(() => String, { description: 'Its name, 1 to 200 characters; no two collections have the same.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => String, {
    nullable: true,
    description: 'The question that a label answers, such as "is this a person?".',
  })
  get question(): string | null {
    return this.row.question;
  }

  @Field(() => Int, { description: 'How many images it has. Exact, without counting.' })
  get imageCount(): number {
    return this.row.images;
  }

  @Field(() => LabelCountsType, {
    description: 'How many of its images have a label in force. Exact, without counting.',
  })
  get labelCounts(): LabelCountsType {
    return { positive: this.row.positives, negative: this.row.negatives };
  }

  @Field(() => ModelType, {
    nullable: true,
    description: 'Its newest model; null before the first training.',
  })
  async latestModel(@Ctx() { loaders }: Context): Promise<ModelType | null> {
    const row = await loaders.latestModel.load(this.row.id);
    return row && new ModelType(row);
  }

  @Field(() => ModelType, {
    nullable: true,
    description:
      'Its model in force, by which runs go unless they name another: the one that was promoted, else the newest; null before the first training.',
  })
  async currentModel(@Ctx() { loaders }: Context): Promise<ModelType | null> {
    const row = await loaders.currentModel.load(this.row.id);
    return row && new ModelType(row);
  }

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

export const CollectionConnection = connectionType('Collection', () => CollectionType);

@Resolver()
export class CollectionResolver {
  @Query(() => CollectionConnection, { description: 'All collections, oldest first.', complexity: pageCost })
  async collections(
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { dataSource }: Context,
  ): Promise<CountedConnection<CollectionType>> {
    const table = { entity: Collection, where: {}, kind: 'collections', newestFirst: false };
    return connectionById(dataSource, table, page, (row) => new CollectionType(row));
  }

  @Query(() => CollectionType, {
    nullable: true,
    description: 'A collection by its id or by its name; null when there is none.',
  })
  async collection(
    @Ctx() { dataSource }: Context,
    @Arg('id', () => ID, { nullable: true, description: 'Its id. Give either this or name.' }) id?: string,
    @Arg('name', () => String, { nullable: true, description: 'Its name. Give either this or id.' }) name?: string,
  ): Promise<CollectionType | null> {
    if ((id == null) === (name == null))
      throw badInput(
        'id',
        'given where name is left out, and only there',
        id == null ? 'left out too' : 'given as well',
      );
    const where = id == null ? { name: name! } : { id: decodeId('collection', id, 'id') };
    const row = await dataSource.getRepository(Collection).findOneBy(where);
    return row && new CollectionType(row);
  }

  @Mutation(() => CollectionType, {
    description:
      'Creates a collection. Where there is one of that name it is returned as it is, but with the question if one is given. The mutation `ingest` creates it as well.',
  })
  async createCollection(
    @Arg('name', () => String, { description: 'Its name, 1 to 200 characters.' }) name: string,
    @Ctx() { dataSource }: Context,
    @Arg('question', () => String, {
      nullable: true,
      description: 'The question that a label answers, 1 to 1,000 characters.',
    })
    question?: string,
  ): Promise<CollectionType> {
    return new CollectionType(
      await ensureCollection(dataSource, text('name', name, 200), optionalText('question', question, 1000)),
    );
  }
}
