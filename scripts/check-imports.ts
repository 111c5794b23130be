import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

/*
 * Imports run one way: images, ml -> catalog -> schema. Prints every import that does not, as file:line, and fails.
 *
 * For each folder of src/: the folders and files of src/ it may import from, itself aside. Folders and files that are not
 * named here (the entry points, app.ts, cli, http) put the program together and may import anything.
 */
const EVERYWHERE = ['errors', 'config', 'folders', 'log'];
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  config: ['errors'],
  folders: ['errors'],
  log: [],
  images: EVERYWHERE,
  ml: EVERYWHERE,
  entities: EVERYWHERE,
  db: [...EVERYWHERE, 'entities'],
  embedded: EVERYWHERE,
  catalog: [...EVERYWHERE, 'db', 'entities'],
  queue: [...EVERYWHERE, 'db'],
  runs: [...EVERYWHERE, 'db', 'entities', 'images', 'ml', 'catalog', 'queue'],
  schema: [...EVERYWHERE, 'db', 'entities', 'catalog', 'runs/request'],
  web: [], // the page: what it needs of the rest it asks the API for
};

export interface Breach {
  /** `src/ml/x.ts:3` */
  readonly place: string;
  readonly message: string;
}

/** Every import below `src` that the rules above forbid, and every one of the database by images and ml. */
export async function findBreaches(src: string): Promise<Breach[]> {
  const files = (await readdir(src, { recursive: true })).filter((file) => /\.tsx?$/.test(file));
  const found = await Promise.all(files.map((file) => breachesOf(src, join(src, file))));
  return found.flat();
}

async function breachesOf(src: string, file: string): Promise<Breach[]> {
  const from = topOf(src, file);
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) return [];
  const source = ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  return importsIn(source).flatMap(({ text, line }) => {
    const place = `${relative(dirname(src), file)}:${line}`;
    if (!text.startsWith('.')) return forbiddenPackage(from, text).map((message) => ({ place, message }));
    const target = resolve(dirname(file), text);
    if (relative(src, target).startsWith('..'))
      return from === 'db' ? [] : [{ place, message: `${from} imports ${text}, outside of src` }];
    const to = topOf(src, target);
    const path = relative(src, target).replace(/\.js$/, '');
    if (to === from || allowed.includes(to) || allowed.includes(path)) return [];
    return [{ place, message: `${from} may not import ${path}; it may import ${allowed.join(', ') || 'nothing'}` }];
  });
}

function forbiddenPackage(from: string, name: string): string[] {
  const database = /^(pg|typeorm|pg-copy-streams|graphile-worker)(\/|$)/.test(name);
  return database && (from === 'images' || from === 'ml')
    ? [`${from} may not import ${name}: it knows no database`]
    : [];
}

/** The folder of src that a file lies in, or the file's own name at the top. */
function topOf(src: string, file: string): string {
  return relative(src, file)
    .split('/')[0]
    .replace(/\.[jt]sx?$/, '');
}

function importsIn(source: ts.SourceFile): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
    if (specifier && ts.isStringLiteral(specifier)) {
      found.push({ text: specifier.text, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const breaches = await findBreaches(fileURLToPath(new URL('../src', import.meta.url)));
  for (const { place, message } of breaches) process.stderr.write(`${place}: ${message}\n`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
