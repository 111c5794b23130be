import { test } from 'node:test';

import { Client } from 'pg';

import { freshDatabase } from './database.js';

// Run by database.test.ts, which expects this to fail.
test('leaves a connection open', async (t) => {
  const db = await freshDatabase(t);
  const client = new Client({ connectionString: db.url, application_name: 'forgotten' });
  client.on('error', () => undefined);
  await client.connect();
});
