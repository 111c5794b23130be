import type { IncomingMessage, ServerResponse } from 'node:http';

import { ApolloServer, HeaderMap } from '@apollo/server';
import type { ApolloServerPlugin, HTTPGraphQLRequest } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginSchemaReportingDisabled } from '@apollo/server/plugin/disabled';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import { OperationTypeNode } from 'graphql';

import type { Config } from '../config.js';
import { boundTo, unbind } from '../db.js';
import type { Log } from '../log.js';
import { createContext } from '../schema/context.js';
import type { Context, Services } from '../schema/context.js';
import { formatError } from '../schema/errors.js';
import { costPlugin, LIMITS, validationRules, writePlugin } from '../schema/limits.js';
import { buildWinnowSchema } from '../schema/schema.js';
import { accessCheck } from './access.js';
import { readBody } from './body.js';
import { deadline } from './deadline.js';
import { refuse, sendJson } from './errors.js';
import { statusPlugin } from './status.js';

export interface GraphqlEndpoint {
  /** Whether it is this endpoint that a request is for. */
  readonly isFor: (request: IncomingMessage) => boolean;
  /** Answers it, whatever happens. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  stop(): Promise<void>;
}

/** A proxy may be asked by a whole address. */
const PATH = /^(https?:\/\/[^/?]*)?\/graphql\/?(\?|$)/i;
/** Queries kept by their hash take no more than this; the ones not asked for longest go first, and are sent whole again. */
const PERSISTED_BYTES = 4 * 1024 * 1024;

/**
 * The GraphQL engine, straight on node's own HTTP server: what is asked most does not go through Express first.
 * @param timeout milliseconds until a request is answered with TIMEOUT
 */
export async function createGraphql(
  config: Config,
  services: Services,
  log: Log,
  timeout: number,
): Promise<GraphqlEndpoint> {
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
  const check = accessCheck(config);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const viewer = check(request.headers);
    const waiting = deadline(timeout, response, (late) => refuse(late, response, log));
    const asked = requestOf(request, await readBody(request, response));
    const answered = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: asked,
      context: () => {
        const dataSource = boundTo(services.dataSource, waiting);
        return Promise.resolve(createContext({ ...services, dataSource }, viewer));
      },
    });
    if (response.headersSent) return; // the deadline was first
    if (answered.body.kind !== 'complete') throw new Error('An answer in parts was not asked for.');
    for (const [name, value] of answered.headers) response.setHeader(name, value);
    sendJson(response, answered.status ?? 200, answered.body.string);
  };
  return {
    isFor: ({ url = '' }) => PATH.test(url),
    handle: (request, response) => {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      answer(request, response).catch((error: unknown) => refuse(error, response, log));
    },
    stop: () => server.stop(),
  };
}

/** A request as the engine wants it. */
function requestOf({ method = '', url = '', headers }: IncomingMessage, body: unknown): HTTPGraphQLRequest {
  const map = new HeaderMap();
  for (const name in headers) map.set(name, String(headers[name])); // of several, node made one text or a list
  const search = url.indexOf('?');
  return { method, headers: map, search: search < 0 ? '' : url.slice(search), body };
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
