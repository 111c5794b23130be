import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { printWinnowSchema } from '../src/schema/schema.js';

/* npm run schema: writes schema.graphql from the code. npm run schema -- --check: fails when the two differ. */

const FILE = fileURLToPath(new URL('../schema.graphql', import.meta.url));
const HEADER = `# The GraphQL API of Winnow, made from src/schema by \`npm run schema\`. Do not edit: change the code.\n\n`;

const schema = HEADER + (await printWinnowSchema());
if (process.argv.includes('--check')) {
  const committed = await readFile(FILE, 'utf8').catch(() => '');
  if (committed !== schema) {
    const line = firstDifference(committed, schema);
    process.stderr.write(
      `schema.graphql:${line}: differs from the code. Run \`npm run schema\` and commit the result.\n`,
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, schema);
}

function firstDifference(a: string, b: string): number {
  const [linesA, linesB] = [a.split('\n'), b.split('\n')];
  return linesA.findIndex((line, at) => line !== linesB[at]) + 1 || linesA.length;
}
