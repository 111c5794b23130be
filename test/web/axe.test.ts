import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

import { pictureFolder, readKey, takeShare } from '../../demo/pictures';
import { openView, viewsOf } from '../../scripts/page-views';
import type { PageView } from '../../scripts/page-views';
import { browserPath, WITHOUT_BROWSER } from '../support/browser';
import { post } from '../schema/api';
import { runsOf, servePage } from './support';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SCREENS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

test(
  'axe finds no violation on any view, light and dark, on a desktop and on a phone',
  { skip: browserPath() === null && WITHOUT_BROWSER, timeout: 300_000 },
  async (t) => {
    const { url, folder, page } = await servePage(t);
    // Where the content security policy of the page does not reach.
    await page.addInitScript({ path: AXE });
    const examine = async (views: readonly PageView[]): Promise<void> => {
      for (const [screen, viewport] of Object.entries(SCREENS)) {
        await page.setViewportSize(viewport);
        for (const view of views) {
          await openView(page, url, view);
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
            assert.deepEqual(await violations(page), [], `${view.name}, ${screen}, ${colorScheme}`);
          }
        }
      }
    };
    await examine([{ name: 'guide', path: '/', ready: '.guide' }]);

    const key = await readKey(pictureFolder());
    const pictures = await takeShare(pictureFolder(), 0.02, 3, join(folder, 'pictures'));
    await writeFile(join(pictures, 'empty.jpg'), '');
    const labelsFile = join(folder, 'labels.csv');
    const labels = (await readdir(pictures)).filter((name) => key.has(name));
    const lines = labels.map((name) => `${join(pictures, name)},${key.get(name) ? 'positive' : 'negative'}`);
    await writeFile(labelsFile, `path,label\n${lines.join('\n')}\n`);
    const execute = runsOf(url);
    const { collection } = await execute('ingest', { collectionName: 'people', paths: [pictures], labelsFile });
    for (const seed of [1, 2]) {
      await execute('train', { collection, seed });
      await execute('classify', { collection });
    }
    const { data } = await post(url, {
      query: 'query ($collection: ID!) { images(collection: $collection, first: 1) { edges { node { id } } } }',
      variables: { collection },
    });
    const { images } = data as { images: { edges: { node: { id: string } }[] } };
    await examine(viewsOf('people', images.edges[0].node.id));
  },
);

async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate<AxeResults>(`axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${String(target)} ${failureSummary}`),
  );
}
