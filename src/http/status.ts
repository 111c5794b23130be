import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse } from '@apollo/server';

import type { Context } from '../schema/context.js';

/** What a well-formed request can be refused for before anything runs; Apollo gives it the status 400. */
const REFUSED = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_INPUT']);

/**
 * GraphQL over HTTP, 6.4.1: in `application/json` such a refusal has the status 200, because a proxy's 400 looks the same.
 * Only `application/graphql-response+json` can tell them apart, so those who accept that get the 400.
 */
export const statusPlugin: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ request, response }: GraphQLRequestContextWillSendResponse<Context>) => {
        const refused =
          response.http.status === 400 &&
          response.body.kind === 'single' &&
          response.body.singleResult.errors?.every(({ extensions }) => REFUSED.has(String(extensions?.code)));
        const tells = request.http?.headers.get('accept')?.includes('application/graphql-response+json');
        if (refused && !tells) response.http.status = 200;
        return Promise.resolve();
      },
    }),
};
