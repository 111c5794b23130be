import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startApi } from './schema/api.js';
import { fillCatalog } from './schema/catalog.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TOKEN = 'read-0123456789abcdef';
const SUMMARY = 'v1 at 0.5: 15 OK, 15 NG\n30 images\n';
/** A Python that may have gql, such as that of a virtual environment. */
const PYTHON = process.env.WINNOW_TEST_PYTHON ?? 'python3';

test('the recipes do what they say, as they stand in docs/recipes.md', async (t) => {
  const api = await startApi(t, { WINNOW_READ_TOKEN: TOKEN });
  await fillCatalog(api.db, 30);
  const folder = await writeRecipes(t);
  const env = { ...process.env, WINNOW_URL: api.url, WINNOW_TOKEN: TOKEN, DATABASE_URL: api.db.url };
  const run = async (program: string, ...args: string[]) =>
    (await promisify(execFile)(program, args, { cwd: folder, env, timeout: 60_000 })).stdout;

  await t.test('curl', async (each) => {
    if (!(await works('curl', '--version'))) return each.skip('there is no curl');
    assert.deepEqual(JSON.parse(await run('bash', 'verdicts.sh')), {
      data: { collection: { latestModel: { number: 1, threshold: { value: 0.5 }, counts: { ok: 15, ng: 15 } } } },
    });
  });

  await t.test('graphql-request, with types by codegen', async () => {
    await run(process.execPath, 'codegen.mjs');
    await compile(run);
    assert.equal(await run(process.execPath, '--import', 'tsx', 'verdicts.ts'), SUMMARY);
    const program = await readFile(join(folder, 'verdicts.ts'), 'utf8');
    await writeFile(join(folder, 'verdicts.ts'), program.replace('model.counts.ok', 'model.counts.okay'));
    await assert.rejects(compile(run), { stdout: /Property 'okay' does not exist/ });
    await writeFile(join(folder, 'verdicts.ts'), program);
  });

  await t.test('Apollo Client', async () => {
    assert.equal(await run(process.execPath, '--import', 'tsx', 'apollo.ts'), `${SUMMARY}run SUCCEEDED\n`);
  });

  await t.test('Python', async (each) => {
    if (!(await works(PYTHON, '-c', 'import gql, aiohttp'))) {
      return each.skip(`${PYTHON} has no gql: pip install 'gql[aiohttp]', or name another by WINNOW_TEST_PYTHON`);
    }
    assert.equal(await run(PYTHON, 'verdicts.py'), `${SUMMARY}run SUCCEEDED\n`);
  });

  await t.test('psql', async (each) => {
    if (!(await works('psql', '--version'))) return each.skip('there is no psql');
    assert.equal(
      await run('psql', api.db.url, '--no-psqlrc', '-tA', '-v', 'ON_ERROR_STOP=1', '-f', 'verdicts.sql'),
      SUMMARY,
    );
    const uris = (await run('bash', 'ok.sh')).trim().split('\n');
    assert.deepEqual([uris.length, uris[0], uris.at(-1)], [15, '/pictures/people/28.jpg', '/pictures/people/0.jpg']);
  });
});

/** A folder with every block of the page that begins with a file's name, under that name, and the packages of ours. */
async function writeRecipes(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-recipes-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const page = await readFile(join(ROOT, 'docs/recipes.md'), 'utf8');
  const blocks = [...page.matchAll(/^```\w+\n((?:#|\/\/|--) (\w+\.\w+)\n.*?)^```$/gms)];
  assert.equal(blocks.length, 8);
  for (const [, content, name] of blocks) await writeFile(join(folder, name), content);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await copyFile(join(ROOT, 'schema.graphql'), join(folder, 'schema.graphql'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Checks the types of all programs there, as strictly as can be. */
function compile(run: (program: string, ...args: string[]) => Promise<string>): Promise<string> {
  const options = '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --types node'.split(' ');
  return run(process.execPath, 'node_modules/typescript/bin/tsc', ...options, 'verdicts.ts', 'apollo.ts');
}

function works(program: string, ...args: string[]): Promise<boolean> {
  return promisify(execFile)(program, args).then(
    () => true,
    () => false,
  );
}
