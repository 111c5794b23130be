import { randomUUID } from 'node:crypto';

import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';

import { isUnavailable } from '../db.js';
import { systemCode, WinnowError } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import type { Log } from '../log.js';

/** Codes that come from the GraphQL engine itself and are let through as they are. */
const ENGINE_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'PERSISTED_QUERY_NOT_FOUND',
  'BAD_REQUEST',
  'FORBIDDEN',
  'QUERY_TOO_LARGE',
]);

const STATEMENT_TIMEOUT = '57014';

/**
 * What a client may know of an error: a stable code and a message. A WinnowError is shown as it stands; anything else may hold SQL,
 * paths or a stack, so it goes to the log under an id, and the client gets that id.
 */
export function publicError(error: unknown, log: Log): { code: ErrorCode; message: string; id?: string } {
  if (error instanceof WinnowError) return { code: error.code, message: error.message };
  const id = randomUUID();
  log('request failed', { id, error });
  const code = systemCode(error);
  if (code === STATEMENT_TIMEOUT) {
    return { code: 'TIMEOUT', message: `This took too long and was stopped. Ask for less at a time (${id}).`, id };
  }
  if (isUnavailable(error)) {
    return {
      code: 'DATABASE_UNAVAILABLE',
      message: `The database does not answer. Try again in a moment (${id}).`,
      id,
    };
  }
  return { code: 'INTERNAL', message: `Something went wrong here. The server's log tells more under ${id}.`, id };
}

/** Apollo's `formatError`: the one place where errors cross into a GraphQL response. */
export function formatError(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const { message, locations, path } = formatted;
    const root = rootOf(error);
    if (root instanceof GraphQLError) {
      // The engine's own: its message says what was expected and what came. Rules of ours gave the root a code.
      const code = String(root.extensions.code ?? formatted.extensions?.code);
      if (code === 'BAD_USER_INPUT') return { message, locations, path, extensions: { code: 'BAD_INPUT' } };
      if (ENGINE_CODES.has(code)) return { message, locations, path, extensions: { code } };
      // What the engine refuses without a code of its own, such as a query that is not the one of its hash.
      const http = root.extensions.http as { status?: number } | undefined;
      if (http?.status === 400) return { message, locations, path, extensions: { code: 'BAD_REQUEST' } };
    }
    const shown = publicError(root, log);
    return {
      message: shown.message,
      locations,
      path,
      extensions: { code: shown.code, ...(shown.id && { id: shown.id }) },
    };
  };
}

/** What the engine wrapped, perhaps more than once: an error of a resolver, or an error of its own. */
function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;
}
