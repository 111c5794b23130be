import { ApolloArmor } from '@escape.tech/graphql-armor';
import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from '@apollo/server';
import { getVariableValues, GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode, ValidationContext, ValidationRule } from 'graphql';
// Its ES module would bring a second copy of graphql along.
import { getComplexity } from 'graphql-query-complexity/cjs';
import type { ComplexityEstimator, ComplexityEstimatorArgs } from 'graphql-query-complexity/cjs';

import type { Context } from './context.js';

export const LIMITS = {
  /** Words, names and punctuation in one document. Checking that fields merge takes time with the square of them. */
  tokens: 2_000,
  /** Fields within fields. */
  depth: 12,
  aliases: 50,
  directives: 20,
  /** Points: one for each value that could come back, more for what costs more to find. */
  cost: 20_000,
  /** Selections in one document, those of a fragment each time it is used; counted by the engine while it validates. */
  selections: 10_000,
  /** Fields in one document, those of a fragment each time it is used. */
  fields: 5_000,
} as const;

/** Refuses documents that are deeper, or have more aliases or directives, than any honest client needs. Runs once a document. */
export function validationRules(): ValidationRule[] {
  const limit = (n: number, what: string) => ({ n, propagateOnRejection: false, onReject: [refuse(what, n)] });
  return new ApolloArmor({
    maxDepth: limit(LIMITS.depth, 'levels of fields'),
    maxAliases: limit(LIMITS.aliases, 'aliases'),
    maxDirectives: limit(LIMITS.directives, 'directives'),
    maxTokens: { enabled: false }, // the parser itself counts them
    costLimit: { enabled: false }, // it knows nothing of page sizes; costPlugin does
    blockFieldSuggestion: { enabled: false },
  }).protect().validationRules;
}

/** Refuses, before anything runs, an operation that could return more than LIMITS.cost values with its variables as given. */
export function costPlugin(schema: GraphQLSchema): ApolloServerPlugin<Context> {
  return beforeRunning(({ request, document, operation }) =>
    checkCost(schema, document, operation, request.variables ?? {}),
  );
}

/** @throws GraphQLError QUERY_TOO_LARGE */
export function checkCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): void {
  const asked = sizesAsked(operation, variables);
  const costs = costsKnown.get(operation) ?? new Map<string, number>();
  const cost = costs.get(asked) ?? costOf(schema, document, operation, variables);
  if (asked.length <= LONGEST_KEY && costs.size < MOST_COSTS) costsKnown.set(operation, costs.set(asked, cost));
  if (cost > LIMITS.cost) throw tooLarge('points of cost', LIMITS.cost, cost);
}

/** Costs that were found before, of operations that the engine keeps from one request to the next. */
const costsKnown = new WeakMap<OperationDefinitionNode, Map<string, number>>();
const MOST_COSTS = 20;
const LONGEST_KEY = 500;
/** Their values are no sizes, so they say nothing of the cost; whether they are of the right kind may. */
const NO_SIZES = new Set(['ID', 'String', 'Float']);

/** The variables as far as the cost of an operation can depend on them. */
function sizesAsked({ variableDefinitions = [] }: OperationDefinitionNode, variables: Record<string, unknown>): string {
  const asked = variableDefinitions.map(({ variable, type }) => {
    const value = variables[variable.name.value];
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
    const isNoSize = named.kind === Kind.NAMED_TYPE && NO_SIZES.has(named.name.value) && typeof value !== 'object';
    if (isNoSize) return typeof value;
    return value === undefined ? [] : [value]; // one left out has its default, null has not
  });
  return JSON.stringify(asked);
}

/** Refuses mutations to those who may only read. One place for all of them, so that none can be forgotten. */
export const writePlugin = beforeRunning(({ operation, contextValue }) => {
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
    throw refusal('BAD_REQUEST', 400, 'Subscriptions are not served over HTTP.');
  }
  if (operation.operation === OperationTypeNode.MUTATION && !contextValue.viewer.mayWrite) {
    throw refusal('FORBIDDEN', 403, 'Mutations need the write token, but this is the read token.');
  }
});

type ValidRequest = GraphQLRequestContextDidResolveOperation<Context> & { operation: OperationDefinitionNode };

function beforeRunning(check: (request: ValidRequest) => void): ApolloServerPlugin<Context> {
  const didResolveOperation = (request: GraphQLRequestContextDidResolveOperation<Context>): Promise<void> =>
    Promise.resolve().then(() => {
      // Without an operation of the name asked for nothing runs, and the engine says so.
      if (request.operation !== undefined) check(request as ValidRequest);
    });
  return { requestDidStart: () => Promise.resolve({ didResolveOperation }) };
}

function costOf(
  schema: GraphQLSchema,
  query: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  try {
    const operationName = operation.name?.value;
    return getComplexity({
      schema,
      query,
      operationName,
      variables,
      estimators: [pointsOf],
      maxQueryNodes: LIMITS.fields,
    });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (/maximum allowed number of nodes/.test(error.message)) throw tooLarge('fields', LIMITS.fields);
    // With a variable of the wrong type nothing runs: the engine refuses it next, and names it.
    if (getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors) return 0;
    throw refusal('BAD_USER_INPUT', 400, error.message);
  }
}

/** A field's own `complexity`, or 1, and what is below it. */
const pointsOf: ComplexityEstimator = (asked) => {
  const complexity = asked.field.extensions.complexity as
    number | ((asked: ComplexityEstimatorArgs) => number) | undefined;
  return typeof complexity === 'function' ? complexity(asked) : (complexity ?? 1) + asked.childComplexity;
};

function refuse(what: string, limit: number) {
  return (context: ValidationContext | null, error: GraphQLError): void => {
    context?.reportError(tooLarge(what, limit, Number(/found (\d+)/.exec(error.message)?.[1])));
  };
}

function tooLarge(what: string, limit: number, found?: number): GraphQLError {
  const message = `This query has ${found ?? 'too many'} ${what}, but at most ${limit} are allowed. Ask for less at a time.`;
  return refusal('QUERY_TOO_LARGE', 400, message);
}

function refusal(code: string, status: number, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}
