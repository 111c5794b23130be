import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';

import type { Page } from 'playwright-core';

import { createApp } from '../../src/app';
import { parseConfig } from '../../src/config';
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
export async function servePage(t: TestContext): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-page-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const db = await freshDatabase(t);
  const home = join(folder, 'home');
  const config = parseConfig({ WINNOW_HOME: home, WINNOW_PORT: '0', DATABASE_URL: db.url });
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
