import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { pictureFolder, takeShare } from '../../demo/pictures';
import { browserPath, WITHOUT_BROWSER } from '../support/browser';
import { runsOf, servePage, until } from './support';

const READ = 'read-0123456789abcdef';
const WRITE = 'write-0123456789abcdef';

test(
  'the token is asked for once, opens the pictures too, and the one for reading says what it is not for',
  { skip: browserPath() === null && WITHOUT_BROWSER, timeout: 120_000 },
  async (t) => {
    const { url, folder, page } = await servePage(t, { WINNOW_READ_TOKEN: READ, WINNOW_WRITE_TOKEN: WRITE });
    const execute = runsOf(url, { authorization: `Bearer ${WRITE}` });
    const pictures = await takeShare(pictureFolder(), 0.005, 1, join(folder, 'pictures'));
    const { collection } = await execute('ingest', { collectionName: 'people', paths: [pictures] });
    await execute('resize', { collection });

    await page.goto(`${url}/label`);
    const prompt = page.getByRole('dialog', { name: 'A token, please' });
    await enter(page, 'wrong-0123456789abcdef');
    await prompt.getByText('does not know this token').waitFor();
    await enter(page, READ);
    await prompt.waitFor({ state: 'detached' });
    await until(() => allPicturesShown(page));

    await page.reload();
    await until(() => allPicturesShown(page));
    assert.equal(await prompt.count(), 0);

    await page.keyboard.press('1');
    await page.getByText('need the write token').waitFor();
    await page.locator('.tile-positive').first().waitFor({ state: 'detached' });
  },
);

async function enter(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Enter' }).click();
}

async function allPicturesShown(page: Page): Promise<boolean> {
  const widths = await page
    .locator('.wall img')
    .evaluateAll((images) => (images as HTMLImageElement[]).map(({ naturalWidth }) => naturalWidth));
  return widths.length > 10 && widths.every((width) => width === 224);
}
