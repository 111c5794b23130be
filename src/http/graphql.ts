import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginSchemaReportingDisabled } from '@apollo/server/plugin/disabled';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import { expressMiddleware } from '@as-integrations/express5';
import type { RequestHandler } from 'express';
import { OperationTypeNode } from 'graphql';

import type { Config } from '../config.js';
import { boundTo, unbind } from '../db.js';
import type { Log } from '../log.js';
import { createContext } from '../schema/context.js';
import type { Context, Services } from '../schema/context.js';
import { formatError } from '../schema/errors.js';
import { costPlugin, LIMITS, validationRules, writePlugin } from '../schema/limits.js';
import { buildWinnowSchema } from '../schema/schema.js';
import { viewerOf } from './access.js';
import { signalOf } from './deadline.js';
import { statusPlugin } from './status.js';

export interface GraphqlEndpoint {
  readonly handler: RequestHandler;
  stop(): Promise<void>;
}

/** Queries kept by their hash take no more than this; the ones not asked for longest go first, and are sent whole again. */
const PERSISTED_BYTES = 4 * 1024 * 1024;

/** The GraphQL engine behind one request handler, which wants a parsed body and a viewer. */
export async function createGraphql(config: Config, services: Services, log: Log): Promise<GraphqlEndpoint> {
  const schema = await buildWinnowSchema();
  const server = new ApolloServer<Context>({
    schema,
    introspection: config.introspection,
    hideSchemaDetailsFromClientErrors: !config.introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    persistedQueries: config.persistedQueries && { cache: new InMemoryLRUCache({ maxSize: PERSISTED_BYTES }) },
    cache: 'bounded',
    parseOptions: { maxTokens: LIMITS.tokens },
    maxRecursiveSelections: LIMITS.selections,
    validationRules: validationRules(),
    formatError: formatError(log),
    logger: quietLogger(log),
    stopOnTerminationSignals: false, // main.ts stops everything in order
    plugins: [
      writePlugin,
      carryThroughPlugin,
      costPlugin(schema),
      statusPlugin,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(), // it would load scripts from elsewhere
      ApolloServerPluginUsageReportingDisabled(), // nothing is ever sent out, whatever the environment says
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
  await server.start();
  const handler = expressMiddleware(server, {
    context: ({ res }) => {
      const dataSource = boundTo(services.dataSource, signalOf(res));
      return Promise.resolve(createContext({ ...services, dataSource }, viewerOf(res)));
    },
  });
  return { handler, stop: () => server.stop() };
}

/** A query stops when nobody waits for it any more; a mutation never stops half-way. */
const carryThroughPlugin: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation, contextValue }) => {
        if (operation?.operation === OperationTypeNode.MUTATION) unbind(contextValue.dataSource);
        return Promise.resolve();
      },
    }),
};

/** What Apollo wants to say goes the way of every other event. */
function quietLogger(log: Log) {
  const say = (message?: unknown) => log(String(message), { from: 'apollo' });
  return { debug: () => undefined, info: () => undefined, warn: say, error: say };
}
