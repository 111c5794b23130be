import 'reflect-metadata';
import { lexicographicSortSchema, printSchema } from 'graphql';
import type { GraphQLInputObjectType, GraphQLScalarType, GraphQLSchema } from 'graphql';
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
import { NodeResolver } from './node-query.js';
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
      NodeResolver,
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
  for (const name of ['ImagesToLabel', 'ThresholdGoal']) {
    (schema.getType(name) as GraphQLInputObjectType).isOneOf = true;
  }
  describeScalars(schema);
  // TypeGraphQL has no place for a description of the root types.
  schema.getQueryType()!.description = 'What can be read. Needs the read or the write token, where tokens are set.';
  schema.getMutationType()!.description = 'What can be changed. Needs the write token, where tokens are set.';
  schema.getSubscriptionType()!.description =
    'What can be followed: over WebSocket, with the protocol graphql-transport-ws of the package graphql-ws.';
  return schema;
}

/** Says of the scalars what they are here, in few words. */
function describeScalars(schema: GraphQLSchema): void {
  const scalar = (name: string) => schema.getType(name) as GraphQLScalarType;
  Object.assign(scalar('DateTime'), {
    description: 'A moment in UTC, as RFC 3339 writes it: 2007-12-03T10:15:30.000Z.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  });
  scalar('SafeInt').description = 'A whole number that may be beyond 32 bits: up to 2^53 - 1 either way.';
  scalar('JSONObject').description = 'An object of JSON.';
}

/** TypeGraphQL asks for one, but no subscription here has topics. */
const noTopics: PubSub = {
  publish: () => undefined,
  subscribe: (topic) => {
    throw new Error(`Nothing is ever published on ${topic}`);
  },
};
