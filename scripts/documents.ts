import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import { Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';

const SOURCES = fileURLToPath(new URL('../src/web', import.meta.url));
const HEADER = `// The operations of the page, typed by the schema; made from src/web/**/*.graphql by \`npm run schema\`. Do not edit.\n\n`;

/** Where the page finds them. */
export const DOCUMENTS_FILE = join(SOURCES, 'api/documents.ts');

/**
 * TypeScript of every GraphQL operation of the page: the types of its variables and its answer, and its text.
 * @param schema the text of schema.graphql
 * @throws Error that names the file and the place where an operation does not fit the schema
 */
export async function printDocuments(schema: string): Promise<string> {
  const names = (await readdir(SOURCES, { recursive: true })).filter((name) => name.endsWith('.graphql')).sort();
  const documents = await Promise.all(
    names.map(async (name) => ({ location: name, document: parse(await readFile(join(SOURCES, name), 'utf8')) })),
  );
  const text = await codegen({
    schema: parse(schema),
    documents,
    filename: DOCUMENTS_FILE,
    config: {
      scalars: { ID: 'string', DateTime: 'string', SafeInt: 'number', JSONObject: 'Record<string, unknown>' },
      inlineFragmentTypes: 'combine',
      maybeValue: 'T | null',
      skipTypename: true,
      strictScalars: true,
    },
    plugins: [{ operations: {} }, { texts: {} }],
    pluginMap: { operations, texts: { plugin: (_schema, files) => texts(files.map((file) => file.document!)) } },
  });
  return HEADER + text.trimEnd() + '\n';
}

/** Each operation with the fragments that it uses, as one string without a needless character. */
function texts(documents: readonly DocumentNode[]) {
  const definitions = documents.flatMap((document) => document.definitions);
  const fragments = new Map(
    definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
  );
  const lines = definitions.flatMap((one) => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return [];
    const name = one.name!.value;
    const type = `${name}${one.operation[0].toUpperCase()}${one.operation.slice(1)}`;
    const whole = [one, ...fragmentsOf(one, fragments)].map((part) => print(part)).join('\n');
    const constant = `${name[0].toLowerCase()}${name.slice(1)}`;
    return `export const ${constant} = '${stripIgnoredCharacters(whole).replaceAll("'", "\\'")}' as Operation<${type}, ${type}Variables>;`;
  });
  return { prepend: [`import type { Operation } from './operation';\n`], content: lines.join('\n\n') };
}

function fragmentsOf(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Set<FragmentDefinitionNode> {
  const used = new Set<FragmentDefinitionNode>();
  const collect = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  return used;
}
