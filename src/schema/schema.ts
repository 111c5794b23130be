import 'reflect-metadata';
import { lexicographicSortSchema, printSchema } from 'graphql';
import type { GraphQLInputObjectType, GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import type { PubSub } from 'type-graphql';

import { BackboneResolver } from './available-backbone.js';
import { CollectionResolver } from './collection.js';
import { FlipResolver } from './flip.js';
import { giveWhatIsTold, ImageResolver } from './image.js';
import { ImagesResolver } from './images.js';
import { LabelResolver } from './labelling.js';
import { ModelComparisonResolver } from './model-comparison.js';
import { ModelRegistryResolver } from './model-registry.js';
import { ModelResolver } from './model.js';
import { RunProgressResolver } from './run-progress.js';
import { RunRequestResolver } from './run-requests.js';
import { RunResolver } from './run.js';
import { ThresholdResolver } from './threshold.js';

let built: Promise<GraphQLSchema> | undefined;

/** The GraphQL schema. Needs no database: resolvers get theirs from the context of each request. */
export function buildWinnowSchema(): Promise<GraphQLSchema> {
  return (built ??= build());
}

/** The schema in its own language, in one order whatever the code's, as it stands in schema.graphql. */
export async function printWinnowSchema(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await buildWinnowSchema()))}\n`;
}

async function build(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      BackboneResolver,
      CollectionResolver,
      FlipResolver,
      ImageResolver,
      ImagesResolver,
      LabelResolver,
      ModelComparisonResolver,
      ModelRegistryResolver,
      ModelResolver,
      RunProgressResolver,
      RunRequestResolver,
      RunResolver,
      ThresholdResolver,
    ],
    pubSub: noTopics,
    validate: false, // arguments are checked where they are used, with messages of one form
  });
  giveWhatIsTold(schema);
  // TypeGraphQL has no word for an input of which exactly one field is given.
  (schema.getType('ThresholdGoal') as GraphQLInputObjectType).isOneOf = true;
  // TypeGraphQL has no place for a description of the root types.
  schema.getQueryType()!.description = 'What can be asked.';
  schema.getMutationType()!.description = 'What can be changed. Needs the write token, where tokens are set.';
  schema.getSubscriptionType()!.description = 'What can be followed, over WebSocket with the protocol of graphql-ws.';
  return schema;
}

/** TypeGraphQL asks for one, but no subscription here has topics. */
const noTopics: PubSub = {
  publish: () => undefined,
  subscribe: (topic) => {
    throw new Error(`Nothing is ever published on ${topic}`);
  },
};
