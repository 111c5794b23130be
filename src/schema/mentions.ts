import { visit } from 'graphql';
import type { GraphQLResolveInfo, OperationDefinitionNode } from 'graphql';

/** Documents are kept by the engine from one request to the next, so this is found out once for each. */
const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/** Whether an operation names any of these fields, anywhere in it: if not, what they take need not be read. */
export function mentions({ operation, fragments }: GraphQLResolveInfo, fields: readonly string[]): boolean {
  let named = known.get(operation);
  if (named === undefined) {
    const names = new Set<string>();
    for (const node of [operation, ...Object.values(fragments)]) {
      visit(node, { Field: ({ name }) => void names.add(name.value) });
    }
    named = names;
    known.set(operation, named);
  }
  return fields.some((field) => named.has(field));
}
