import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { printWinnowSchema } from '../src/schema/schema.js';
import { DOCUMENTS_FILE, printDocuments } from './documents.js';

/*
 * npm run schema: writes schema.graphql from the code, and the page's operations from both.
 * npm run schema -- --check: fails when a file differs from what it would write.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCHEMA_FILE = `${ROOT}schema.graphql`;
const HEADER = `# The GraphQL API of Winnow, made from src/schema by \`npm run schema\`. Do not edit: change the code.\n\n`;

const schema = HEADER + (await printWinnowSchema());
const made: [string, string][] = [
  [SCHEMA_FILE, schema],
  [DOCUMENTS_FILE, await printDocuments(schema)],
];
for (const [file, text] of made) {
  if (process.argv.includes('--check')) await check(file, text);
  else await writeFile(file, text);
}

async function check(file: string, text: string): Promise<void> {
  const committed = await readFile(file, 'utf8').catch(() => '');
  if (committed === text) return;
  const place = `${file.slice(ROOT.length)}:${firstDifference(committed, text)}`;
  process.stderr.write(`${place}: differs from the code. Run \`npm run schema\` and commit the result.\n`);
  process.exitCode = 1;
}

function firstDifference(a: string, b: string): number {
  const [linesA, linesB] = [a.split('\n'), b.split('\n')];
  return linesA.findIndex((line, at) => line !== linesB[at]) + 1 || linesA.length;
}
