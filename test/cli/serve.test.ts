import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freshDatabase } from '../support/database.js';
import { copyPictures, startWinnow, temporaryFolder } from './winnow.js';

test('serve works from any folder: it answers, its worker works, and Ctrl-C ends both', async (t) => {
  const home = await temporaryFolder(t);
  const db = await freshDatabase(t);
  await copyPictures(`${home}/pictures`, 2);
  const settings = { WINNOW_HOME: home, DATABASE_URL: db.url };
  const { child, ended } = startWinnow(['serve', '--port', '0', '--json'], settings, home);
  t.after(() => void child.kill()); // it would else outlive a test that failed, which then never ends
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (line: Buffer) => resolve((JSON.parse(line.toString()) as { url: string }).url));
    void ended.then(({ stderr }) => reject(new Error(stderr)));
  });

  const mutation = `mutation { ingest(input: { collectionName: "few", paths: ["${home}/pictures"] }) { id state } }`;
  const { ingest } = (await ask(url, mutation)) as { ingest: { id: string; state: string } };
  assert.equal(ingest.state, 'QUEUED');
  const query = `{ run(id: "${ingest.id}") { state done } }`;
  let run: unknown;
  do ({ run } = (await ask(url, query)) as { run: unknown });
  while (/QUEUED|RUNNING/.test(JSON.stringify(run)));
  assert.deepEqual(run, { state: 'SUCCEEDED', done: 4 });

  child.kill('SIGINT');
  const { code, stderr } = await ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /"worker started"/);
  assert.doesNotMatch(stderr, /ended by itself/);
});

async function ask(url: string, query: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  assert.equal(errors, undefined);
  return data;
}
