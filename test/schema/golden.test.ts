import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { encodeId } from '../../src/schema/ids.js';
import { startApi } from './api.js';
import { fillCatalog } from './catalog.js';

const FOLDER = fileURLToPath(new URL('../golden/', import.meta.url));

/*
 * test/golden/*.graphql are queries as clients send them, the .json beside each is what comes back from the catalog of
 * catalog.ts. After a change that is meant: UPDATE_GOLDEN=1 npm test golden, npm run format, and read the difference.
 */
test('queries of clients get the answers they got before', async (t) => {
  const api = await startApi(t);
  const { collectionId, modelId, trainRunId, ingestRunId, imageIds } = await fillCatalog(api.db, 20);
  const known: Record<string, string> = {
    collection: encodeId('collection', collectionId),
    model: encodeId('model', modelId),
    trainRun: encodeId('run', trainRunId),
    ingestRun: encodeId('run', ingestRunId),
    image: encodeId('image', imageIds[0]),
  };
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.graphql')).sort();
  assert.ok(files.length > 0);
  for (const file of files) {
    await t.test(file, async () => {
      const query = await readFile(FOLDER + file, 'utf8');
      const variables = Object.fromEntries(Object.entries(known).filter(([name]) => query.includes(`$${name}:`)));
      const { data, errors } = await api.ask(query, variables);
      // Fields are answered side by side: which one fails first is chance.
      const sorted = errors?.toSorted((a, b) => String(a.path).localeCompare(String(b.path)));
      const answer = JSON.stringify({ data, errors: sorted }, null, 2);
      const golden = FOLDER + file.replace(/graphql$/, 'json');
      if (process.env.UPDATE_GOLDEN) await writeFile(golden, answer);
      assert.deepEqual(JSON.parse(answer), JSON.parse(await readFile(golden, 'utf8')));
    });
  }
});
