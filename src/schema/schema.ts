import 'reflect-metadata';
import { lexicographicSortSchema, printSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';

import { CollectionResolver } from './collection.js';
import { ImageResolver } from './image.js';
import { ImagesResolver } from './images.js';
import { LabelResolver } from './labelling.js';
import { ModelResolver } from './model.js';
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
      CollectionResolver,
      ImageResolver,
      ImagesResolver,
      LabelResolver,
      ModelResolver,
      RunRequestResolver,
      RunResolver,
      ThresholdResolver,
    ],
    validate: false, // arguments are checked where they are used, with messages of one form
  });
  // TypeGraphQL has no place for a description of the root types.
  schema.getQueryType()!.description = 'What can be asked.';
  schema.getMutationType()!.description = 'What can be changed. Needs the write token, where tokens are set.';
  return schema;
}
