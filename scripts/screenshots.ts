import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';

import { createApp } from '../src/app.js';
import { parseConfig } from '../src/config.js';
import { launchBrowser } from '../test/support/browser.js';
import { openView, viewsOf } from './page-views.js';
import type { PageView } from './page-views.js';

/*
 * Photographs every view of the page, light and dark, on a desktop and on a phone, into docs/screenshots/. What they show is the
 * catalog that the demo leaves behind: npm run demo, then npm run screenshots.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = join(ROOT, 'docs/screenshots');
const COLLECTION = 'people';
const SCREENS = [
  { screen: 'desktop', viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
  { screen: 'phone', viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, hasTouch: true, isMobile: true },
];
const QUALITY = 74;
const BUILD_TIMEOUT_MS = 180_000;

const { values } = parseArgs({
  options: { home: { type: 'string', default: join(ROOT, 'var/demo') }, only: { type: 'string' } },
});
const home = resolve(values.home);
if (!existsSync(join(home, 'postgres'))) throw new Error(`${home} holds no catalog. Run npm run demo first.`);
await mkdir(TARGET, { recursive: true });
const browser = await launchBrowser();
try {
  await withApp(home, async (url) => {
    await prepare(url);
    const image = await anImage(url);
    await photograph(browser, url, viewsOf(COLLECTION, image));
  });
  const empty = await mkdtemp(join(tmpdir(), 'winnow-screenshots-'));
  await withApp(empty, (url) => photograph(browser, url, [{ name: 'guide', path: '/', ready: '.guide' }]));
  await rm(empty, { recursive: true });
} finally {
  await browser.close();
}

async function withApp(where: string, action: (url: string) => Promise<void>): Promise<void> {
  const app = createApp(parseConfig({ WINNOW_HOME: where, WINNOW_PORT: '0' }));
  try {
    await action((await app.start()).url);
  } finally {
    await app.stop();
  }
}

async function photograph(browser: Browser, url: string, views: readonly PageView[]): Promise<void> {
  for (const { screen, ...options } of SCREENS) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ ...options, colorScheme, reducedMotion: 'reduce', locale: 'en-GB' });
      const page = await context.newPage();
      await untilBuilt(page, url);
      for (const view of views.filter(
        ({ name }) => values.only === undefined || values.only.split(',').includes(name),
      )) {
        await openView(page, url, view);
        const png = await page.screenshot();
        const file = join(TARGET, `${view.name}-${screen}-${colorScheme}.webp`);
        await sharp(png).webp({ quality: QUALITY, effort: 6, smartSubsample: true }).toFile(file);
        process.stdout.write(`${file.slice(ROOT.length)} ${((await stat(file)).size / 1000).toFixed(0)} kB\n`);
      }
      await context.close();
    }
  }
}

/** In a clone the page is built when it is first asked for; the notice that stands there meanwhile loads itself anew. */
async function untilBuilt(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: 'commit' });
  await page
    .locator('#app')
    .waitFor({ state: 'attached', timeout: BUILD_TIMEOUT_MS })
    .catch((cause: unknown) => {
      throw new Error('The page is not there: npm run build says why.', { cause });
    });
}

/** What the demo does not do: a second model, and a run with failures. */
async function prepare(url: string): Promise<void> {
  const { collection } = await ask<{ collection: { id: string; latestModel: { number: number } } }>(
    url,
    '{ collection(name: "people") { id latestModel { number } } }',
  );
  if (collection.latestModel.number > 1) return;
  const odd = join(home, 'odd');
  await mkdir(odd, { recursive: true });
  const emoji = await readFile(join(ROOT, 'node_modules/@lobehub/fluent-emoji-3d/assets/1f600.webp'));
  for (const [name, bytes] of [
    ['cut-short.webp', emoji.subarray(0, 4_000)],
    ['cut-shorter.webp', emoji.subarray(0, 1_500)],
    ['empty.jpg', Buffer.alloc(0)],
    ['page.png', Buffer.from('<!doctype html><title>Not found</title>')],
  ] as const) {
    await writeFile(join(odd, name), bytes);
  }
  await ask(url, 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }', {
    input: { collectionName: COLLECTION, paths: [odd] },
  });
  await ask(url, 'mutation ($input: TrainInput!) { train(input: $input) { id } }', {
    input: { collection: collection.id, head: 'MLP' },
  });
  await ask(url, 'mutation ($input: ClassifyInput!) { classify(input: $input) { id } }', {
    input: { collection: collection.id },
  });
  for (;;) {
    const { runs } = await ask<{ runs: { edges: unknown[] } }>(
      url,
      '{ runs(filter: { states: [QUEUED, RUNNING] }) { edges { node { id } } } }',
    );
    if (runs.edges.length === 0) return;
    await sleep(500);
  }
}

/** A labelled one, so that there is a history to see. */
async function anImage(url: string): Promise<string> {
  const { collection } = await ask<{ collection: { id: string } }>(url, '{ collection(name: "people") { id } }');
  const { images } = await ask<{ images: { edges: { node: { id: string } }[] } }>(
    url,
    'query ($collection: ID!) { images(collection: $collection, filter: { label: POSITIVE }, first: 1) { edges { node { id } } } }',
    { collection: collection.id },
  );
  return images.edges[0].node.id;
}

async function ask<Data>(url: string, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: { message: string }[] };
  if (errors?.length) throw new Error(errors[0].message);
  return data;
}
