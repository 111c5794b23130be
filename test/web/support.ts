import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import type { Page } from 'playwright-core';

import { createApp } from '../../src/app';
import { parseConfig } from '../../src/config';
import { post } from '../schema/api';
import { launchBrowser } from '../support/browser';
import { freshDatabase } from '../support/database';
import type { TestDatabase } from '../support/database';

export interface Served {
  readonly url: string;
  readonly db: TestDatabase;
  /** Where pictures may come from and exports go to. */
  readonly folder: string;
  /** A tab on a desktop's screen; what goes wrong in it fails the test. */
  readonly page: Page;
}

/** The whole service with its worker, on a fresh database, and a browser to look at it. Gone after the test. */
export async function servePage(t: TestContext, environment: Record<string, string> = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-page-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const db = await freshDatabase(t);
  const home = join(folder, 'home');
  const config = parseConfig({ WINNOW_HOME: home, WINNOW_PORT: '0', DATABASE_URL: db.url, ...environment });
  const app = createApp(config, { log: (message, details) => t.diagnostic(`${message} ${inspect(details)}`) });
  t.after(() => app.stop());
  const { url } = await app.start();
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => {
    throw error;
  });
  return { url, db, folder, page };
}

interface Run {
  id: string;
  state: string;
  error: { message: string } | null;
  collection: { id: string; latestModel: { id: string } | null };
}

/** Starts runs over the API: each waits for its end and gives the ids of its collection and of the newest model there. */
export function runsOf(url: string, headers: Record<string, string> = {}) {
  const fields = 'id state error { message } collection { id latestModel { id } }';
  const ask = async (query: string, variables: object): Promise<Run> => {
    const { data, errors } = await post(url, { query, variables }, headers);
    assert.equal(errors, undefined, JSON.stringify(errors));
    return (data as { run: Run }).run;
  };
  return async (stage: string, input: object) => {
    const type = `${stage[0].toUpperCase()}${stage.slice(1)}Input!`;
    let run = await ask(`mutation ($input: ${type}) { run: ${stage}(input: $input) { ${fields} } }`, { input });
    while (run.state === 'QUEUED' || run.state === 'RUNNING') {
      await sleep(100);
      run = await ask(`query ($id: ID!) { run(id: $id) { ${fields} } }`, { id: run.id });
    }
    assert.equal(run.state, 'SUCCEEDED', `${stage}: ${run.error?.message}`);
    return { collection: run.collection.id, model: run.collection.latestModel?.id };
  };
}

/** Waits until it holds, as a person would who looks again and again. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 60_000;
  while (!(await holds())) {
    assert.ok(Date.now() < giveUpAt, 'waited in vain');
    await sleep(30);
  }
}
