import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';

import { checkCost, LIMITS, validationRules } from './limits.js';

export interface SubscriptionRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Record<string, unknown> | null;
}

export interface PreparedSubscription {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variableValues: Record<string, unknown>;
}

/**
 * Parses and checks a subscription with the limits of a request over HTTP. Queries and mutations are refused: HTTP serves them, with
 * its own checks of who may do what.
 */
export function prepareSubscription(
  schema: GraphQLSchema,
  request: SubscriptionRequest,
  { introspection }: { introspection: boolean },
): PreparedSubscription | { errors: GraphQLError[] } {
  const variables = request.variables ?? {};
  const operationName = request.operationName ?? undefined;
  try {
    const document = parse(request.query, { maxTokens: LIMITS.tokens });
    const rules = [
      ...specifiedRules,
      ...validationRules(),
      ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
    ];
    const invalid = validate(schema, document, rules, { maxErrors: 10 });
    if (invalid.length > 0) {
      return { errors: invalid.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED', !introspection)) };
    }
    const operation = getOperationAST(document, operationName);
    if (!operation) {
      return {
        errors: [refusal('OPERATION_RESOLUTION_FAILURE', 'operationName must name one operation of the document.')],
      };
    }
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
      return { errors: [refusal('BAD_REQUEST', 'Only subscriptions are served over WebSocket. Send this over HTTP.')] };
    }
    checkCost(schema, document, operation, variables);
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 10 });
    if (errors) return { errors: errors.map((error) => withCode(error, 'BAD_USER_INPUT')) };
    return { document, operationName, variableValues: variables };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
  }
}

/** An error with a code that clients can rely on. */
export function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** The same with a code, where it has none; without hints at names of the schema, where these are not to be told. */
function withCode(error: GraphQLError, code: string, hidesNames = false): GraphQLError {
  const message = hidesNames ? error.message.replace(/ Did you mean .*\?$/s, '') : error.message;
  return new GraphQLError(message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code, ...error.extensions },
  });
}
