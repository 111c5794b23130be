import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { parse, validate } from 'graphql';

import { createProgram } from '../src/cli/program.js';
import { parseConfig } from '../src/config.js';
import { rows } from '../src/db.js';
import { buildWinnowSchema } from '../src/schema/schema.js';
import { freshDatabase } from './support/database.js';

const ROOT = new URL('../', import.meta.url);

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...(await readdir(new URL('docs/', ROOT))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];

test('every GraphQL example fits the schema', async () => {
  const schema = await buildWinnowSchema();
  let examples = 0;
  for (const name of documents) {
    for (const source of blocks(await read(name), 'graphql')) {
      const errors = validate(schema, parse(source));
      assert.deepEqual(
        errors.map(({ message }) => message),
        [],
        `${name}:\n${source}`,
      );
      examples += 1;
    }
  }
  assert.ok(examples > 10);
});

test('every winnow command and flag that is written about exists', async () => {
  const program = createProgram();
  for (const name of documents) {
    for (const line of blocks(await read(name), 'sh').flatMap((block) => block.replaceAll(/\\\n/g, ' ').split('\n'))) {
      const words = /\bwinnow ([a-z].*)$/.exec(line.replace(/ #.*$/, ''))?.[1].split(/\s+/);
      if (words === undefined) continue;
      let command = program.commands.find((one) => one.name() === words[0]);
      assert.ok(command, `${name}: ${line}`);
      command = command.commands.find((one) => one.name() === words[1]) ?? command;
      const known = command.options.map(({ long }) => long);
      for (const flag of words.filter((word) => word.startsWith('--')))
        assert.ok(known.includes(flag), `${name}: ${line}`);
    }
  }
});

test('every query of the catalog runs', async (t) => {
  const db = await freshDatabase(t);
  const queries = blocks(await read('docs/catalog.md'), 'sql').filter((query) => /^(select|with)\b/.test(query));
  assert.ok(queries.length >= 4);
  for (const query of queries) await rows(db, query);
});

test('the README names every setting', async () => {
  const asked = new Set<string>();
  parseConfig(new Proxy({}, { get: (_, name) => void asked.add(String(name)) }));
  const readme = await read('README.md');
  for (const setting of asked) assert.ok(readme.includes(`\`${setting}\``), setting);
});

test('links between documents lead somewhere', async () => {
  for (const name of documents) {
    const base = new URL(name, ROOT);
    for (const [, target] of (await read(name)).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(fileURLToPath(new URL(target, base))), `${name}: ${target}`);
    }
  }
});

function read(name: string): Promise<string> {
  return readFile(new URL(name, ROOT), 'utf8');
}

/** The contents of fenced blocks in one language. */
function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, content]) => content);
}
