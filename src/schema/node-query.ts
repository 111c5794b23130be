import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';

import { CollectionType } from './collection.js';
import type { Context } from './context.js';
import { FailureType } from './failure.js';
import { readId, type IdType } from './ids.js';
import { ImageType } from './image.js';
import { ModelType } from './model.js';
import { NodeType } from './node.js';
import { RunType } from './run.js';
import { ThresholdType } from './threshold.js';

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, {
    nullable: true,
    description: 'Anything by its id alone, as Relay asks for it again; null when there is nothing with this id.',
  })
  async node(
    @Arg('id', () => ID, { description: 'An id of any type.' }) id: string,
    @Ctx() context: Context,
  ): Promise<NodeType | null> {
    const { type, number } = readId(id, 'id');
    return NODES[type](context, number);
  }
}

type Found = Promise<NodeType | null>;

const NODES: Readonly<Record<IdType, (context: Context, id: number) => Found>> = {
  collection: ({ loaders }, id) => found(loaders.collection.load(id), (row) => new CollectionType(row)),
  image: ({ loaders }, id) => found(loaders.image.load(id), (row) => new ImageType(row)),
  model: ({ loaders }, id) => found(loaders.model.load(id), (row) => new ModelType(row)),
  threshold: ({ loaders }, id) => found(loaders.threshold.load(id), (row) => new ThresholdType(row)),
  run: ({ loaders }, id) => found(loaders.run.load(id), (row) => new RunType(row)),
  failure: ({ loaders }, id) => found(loaders.failure.load(id), (row) => new FailureType(row)),
};

async function found<Row>(loaded: Promise<Row | null>, node: (row: Row) => NodeType): Found {
  const row = await loaded;
  return row && node(row);
}
