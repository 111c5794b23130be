import type { Attack, Targets } from './attack.js';
import { ask } from './attack.js';

/** GraphQL documents. */
export function documents(on: Targets): Attack[] {
  const deep = (levels: number) =>
    `{ model(id: "${on.model}") { ${'collection { latestModel { '.repeat(levels)} number ${'} }'.repeat(levels)} } }`;
  const chain = Array.from(
    { length: 20 },
    (_, i) => `fragment F${i} on Model { collection { latestModel { ...F${i + 1} } } }`,
  ).join(' ');
  const doubling = Array.from({ length: 150 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(
    ' ',
  );
  const many = (n: number, field: string) => Array.from({ length: n }, (_, i) => `a${i}: ${field}`).join(' ');
  const page = `images(model: "${on.model}", first: 500) { edges { node { failures(first: 100) { code } } } }`;
  const refused: [name: string, query: string, code: string][] = [
    ['deep', deep(10), 'QUERY_TOO_LARGE'],
    ['very deep', deep(200), 'QUERY_TOO_LARGE'],
    [
      'deep by fragments',
      `{ model(id: "${on.model}") { ...F0 } } ${chain} fragment F20 on Model { number }`,
      'QUERY_TOO_LARGE',
    ],
    ['deep by inline fragments', `{ ${'... { '.repeat(300)} __typename ${'} '.repeat(300)} }`, 'QUERY_TOO_LARGE'],
    ['wide', `{ ${'__typename '.repeat(3_000)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['aliased', `{ ${many(51, 'collection(name: "x") { id }')} }`, 'QUERY_TOO_LARGE'],
    [
      'aliased in a fragment',
      `{ ...A } fragment A on Query { ${many(51, 'collection(name: "x") { id }')} }`,
      'QUERY_TOO_LARGE',
    ],
    ['costly', `{ ${page} }`, 'QUERY_TOO_LARGE'],
    [
      'costly by aliases',
      `{ ${many(49, `images(model: "${on.model}", first: 500) { edges { node { id } } }`)} }`,
      'QUERY_TOO_LARGE',
    ],
    ['a circular fragment', '{ ...A } fragment A on Query { ...A }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'circular fragments',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'fragments that double',
      `{ ...F0 } ${doubling} fragment F150 on Query { __typename }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['directives', `{ ${'__typename @skip(if: false) '.repeat(30)} }`, 'QUERY_TOO_LARGE'],
    ['introspection', '{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['introspection of one type', '{ __type(name: "Run") { fields { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a field by guess', '{ collectionz { edges { cursor } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a field of every object', '{ __proto__ { constructor } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['no GraphQL', '{ collections(', 'GRAPHQL_PARSE_FAILED'],
    ['brackets without end', '{'.repeat(1_500), 'GRAPHQL_PARSE_FAILED'],
    ['lists without end', `{ model(id: ${'['.repeat(1_500)}`, 'GRAPHQL_PARSE_FAILED'],
    ['a zero byte', '{ \0 }', 'GRAPHQL_PARSE_FAILED'],
    ['a subscription over HTTP', `subscription { runProgress(id: "${on.run}") { id } }`, 'BAD_REQUEST'],
    ['only fragments', 'fragment A on Query { __typename }', 'GRAPHQL_VALIDATION_FAILED'],
    ['definitions of types', 'type Query { x: Int }', 'GRAPHQL_VALIDATION_FAILED'],
  ];
  return refused.map(([name, query, code]) => ({
    name: `document: ${name}`,
    send: () => ask(on, query),
    refused: [400, code],
  }));
}
