import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';

import type { Locator, Page } from 'playwright-core';

import { pictureFolder, readKey, takeShare } from '../../demo/pictures';
import { browserPath, WITHOUT_BROWSER } from '../support/browser';
import { servePage, until } from './support';

/** Of 3,391 emoji. */
const SHARE = 0.09;
const LABELS = 40;
const RUN_TIMEOUT_MS = 120_000;

test(
  'as a person would: nothing there, a folder, forty labels by keys, a model, the threshold dragged and set, two corrections, an export',
  { skip: browserPath() === null && WITHOUT_BROWSER, timeout: 300_000 },
  async (t) => {
    const { url, db, folder, page } = await servePage(t);
    const key = await readKey(pictureFolder());
    const pictures = await takeShare(pictureFolder(), SHARE, 3, join(folder, 'pictures'));
    const count = (await readdir(pictures)).length;

    await page.goto(url);
    await page.getByRole('heading', { name: 'Four steps to the first scores' }).waitFor();
    await page.getByLabel('Collection').fill('people');
    await page.getByLabel('Folders of pictures').fill(pictures);
    await page.getByRole('button', { name: 'Add pictures' }).click();
    await page.getByText(`${count} pictures`).first().waitFor();
    await page.getByRole('heading', { name: 'Now' }).waitFor({ state: 'hidden', timeout: RUN_TIMEOUT_MS });
    await page.getByRole('main').getByRole('link', { name: 'Label' }).click();

    await t.test('forty labels, a key each', async () => {
      for (let given = 0; given < LABELS; given += 1) {
        const name = await activePicture(page);
        await page.keyboard.press(key.get(name) ? '1' : '0');
        // It goes on by itself.
        if (given < LABELS - 1) await until(async () => (await activePicture(page)) !== name);
      }
      await until(async () => (await figure(page, 'Positive')) + (await figure(page, 'Negative')) === LABELS);
      const labels = await db.query<{ uri: string; value: string; origin: string }[]>(
        `select s.uri, l.value, l.origin from winnow.labels l join winnow.sources s using (image_id) where l.superseded_at is null`,
      );
      assert.equal(labels.length, LABELS);
      for (const { uri, value, origin } of labels) {
        assert.deepEqual([value, origin], [key.get(basename(uri)) ? 'POSITIVE' : 'NEGATIVE', 'HAND'], uri);
      }
      assert.equal(labels.filter(({ value }) => value === 'POSITIVE').length, await figure(page, 'Positive'));
    });

    await page.getByRole('link', { name: 'Screen' }).click();
    await page.getByRole('button', { name: 'Train and score everything' }).click();
    await page.getByRole('heading', { name: '0.50 and above' }).waitFor({ timeout: RUN_TIMEOUT_MS });
    await until(async () => (await figure(page, 'Kept')) + (await figure(page, 'Dropped')) === count);
    const keptBefore = await figure(page, 'Kept');

    await t.test('the threshold is dragged to 0.65: counts and walls follow, and nothing has been set', async () => {
      await dragThreshold(page, 0.65);
      await page.getByRole('heading', { name: '0.65 and above' }).waitFor();
      const [{ ok, ng }] = await db.query<{ ok: number; ng: number }[]>(
        `select count(*) filter (where coalesce(l.value = 'POSITIVE', s.score >= 0.65::real))::int as ok,
                count(*) filter (where not coalesce(l.value = 'POSITIVE', s.score >= 0.65::real))::int as ng
           from winnow.scores s left join winnow.labels l on l.image_id = s.image_id and l.superseded_at is null`,
      );
      assert.deepEqual([await figure(page, 'Kept'), await figure(page, 'Dropped')], [ok, ng]);
      assert.equal(await figure(page, 'Flips'), keptBefore - ok);
      assert.ok((await scores(wall(page, '0.65 and above'))).every((score) => score >= 0.65));
      assert.ok((await scores(wall(page, 'Below 0.65'))).every((score) => score < 0.65));
      assert.equal(await thresholdInForce(), 0.5);
    });

    await t.test('it is set, with a note', async () => {
      await page.getByLabel('Why (a note)').fill('by eye');
      await page.getByRole('button', { name: 'Set threshold' }).click();
      await until(async () => (await figure(page, 'Flips')) === 0);
      assert.equal(await thresholdInForce(), 0.65);
      await page.getByRole('button', { name: 'History' }).click();
      const newest = page.getByRole('dialog').getByRole('listitem').first();
      assert.match(await newest.innerText(), /0\.65[^]*by eye[^]*in force/);
      await page.keyboard.press('Escape');
    });

    const kept = await figure(page, 'Kept');
    await t.test('two pictures are corrected by a click, a third one and back', async () => {
      const above = wall(page, '0.65 and above').getByRole('option', { name: /OK$/ });
      const names = [await above.nth(0).getAttribute('aria-label'), await above.nth(1).getAttribute('aria-label')];
      await above.nth(1).click();
      await above.nth(0).click();
      await until(async () => (await figure(page, 'Kept')) === kept - 2);
      await above.nth(0).click();
      await until(async () => (await figure(page, 'Kept')) === kept - 3);
      await page.keyboard.press('z');
      await until(async () => (await figure(page, 'Kept')) === kept - 2);
      const labels = await db.query<{ uri: string }[]>(
        `select s.uri from winnow.labels l join winnow.sources s using (image_id)
          where l.superseded_at is null and l.value = 'NEGATIVE' order by l.id desc limit 2`,
      );
      const expected = names.map((name) => name!.split(',')[0]);
      assert.deepEqual(labels.map(({ uri }) => basename(uri)).sort(), expected.sort());
    });

    await t.test('the exported files are what the page said', async () => {
      const said = { kept: await figure(page, 'Kept'), dropped: await figure(page, 'Dropped') };
      const directory = join(folder, 'sorted');
      await page.getByRole('link', { name: 'Runs' }).click();
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByLabel('Folder for ok/ and ng/').fill(directory);
      await page.getByRole('button', { name: 'Start export' }).click();
      const exported = page.locator('.run-succeeded').filter({ has: page.getByRole('heading', { name: 'Export' }) });
      await exported.waitFor({ timeout: RUN_TIMEOUT_MS });
      const [ok, ng] = [await readdir(join(directory, 'ok')), await readdir(join(directory, 'ng'))];
      assert.deepEqual({ kept: ok.length, dropped: ng.length }, said);
      const manifest = (await readFile(join(directory, 'manifest.jsonl'), 'utf8')).trim().split('\n');
      assert.equal(manifest.length, count);
    });

    async function thresholdInForce(): Promise<number> {
      const [{ value }] = await db.query<{ value: number }[]>(
        'select value from winnow.thresholds order by id desc limit 1',
      );
      return value;
    }
  },
);

function wall(page: Page, name: string): Locator {
  return page.getByRole('listbox', { name });
}

/** The file name of the picture that a key labels. */
async function activePicture(page: Page): Promise<string> {
  const label = await page.locator('.tile-active:not([aria-label=Loading])').getAttribute('aria-label');
  return label!.split(',')[0];
}

async function scores(where: Locator): Promise<number[]> {
  const captions = where.locator('.tile-caption > :first-child');
  await until(async () => (await captions.count()) > 10);
  return (await captions.allInnerTexts()).map(Number);
}

async function figure(page: Page, name: string): Promise<number> {
  const value = page
    .locator('.figure')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('.figure-value');
  return Number((await value.innerText()).replaceAll(',', ''));
}

/** By the mouse to about there, and by keys to the thousandth. */
async function dragThreshold(page: Page, to: number): Promise<void> {
  const slider = page.getByRole('slider', { name: 'Threshold' });
  const from = (await slider.boundingBox())!;
  const bars = (await page.locator('.histogram-bars').boundingBox())!;
  await page.mouse.move(from.x, bars.y + 60);
  await page.mouse.down();
  await page.mouse.move(bars.x + bars.width * to, bars.y + 60, { steps: 25 });
  await page.mouse.up();
  const at = Number(await slider.getAttribute('aria-valuenow'));
  assert.ok(Math.abs(at - to) < 0.003, `dragged to ${at}`);
  const steps = Math.round((to - at) * 1000);
  for (let step = 0; step < Math.abs(steps); step += 1) await page.keyboard.press(steps > 0 ? '.' : ',');
  assert.equal(Number(await slider.getAttribute('aria-valuenow')), to);
}
