import { setTimeout as sleep } from 'node:timers/promises';

import type { Browser, Page } from 'playwright-core';

import { launchBrowser } from '../test/support/browser.js';
import { startChild } from './api/child.js';
import { fill } from './api/fill.js';
import { scriptPerFrame } from './page/script-time.js';
import { makeSquares } from './page/squares.js';
import { pictureFiles, pictureFolder } from './pictures.js';
import { median, report, type Figure, type Report } from './report.js';
import { withScratch } from './scratch.js';

const IMAGES = 100_000;
const SIZE = { width: 1440, height: 900 };
const VISITS = 7;
const DRAG_MOVES = 240;
const SCROLL_STEPS = 150;
const SCROLL_PAUSE = 40;

/** An element, as far as it matters here: the browser's own types are not those of this program. */
interface Scrolling {
  scrollTop: number;
  scrollHeight: number;
  clientHeight: number;
}

/** What is evaluated in the page; as text, since what it names is not of this program. */
const PICTURE_SEEN = `new Promise((resolve) => {
  const look = () => {
    const images = [...document.querySelectorAll('.wall img')];
    if (images.some((image) => image.complete && image.naturalWidth > 0)) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})`;
const NEXT_FRAME = 'new Promise((resolve) => requestAnimationFrame(resolve))';
/** Elements, texts and all else that the document holds. */
const COUNT_NODES = `(() => {
  const walker = document.createTreeWalker(document);
  let nodes = 1;
  while (walker.nextNode() !== null) nodes += 1;
  return nodes;
})()`;

/**
 * The page in Chromium on a catalog of 100,000 scored pictures, from a server of its own: how soon the first picture is there,
 * how much script a frame takes while the threshold is dragged, and what is left after scrolling both walls from end to end.
 */
export async function page({ pictures, most = IMAGES }: { pictures?: string; most?: number }): Promise<Report> {
  const files = await pictureFiles(await pictureFolder(pictures));
  return withScratch(async ({ config, dataSource }) => {
    const images = Math.min(most, IMAGES);
    await fill(dataSource, [images]);
    await makeSquares(config, files, images);
    const server = await startChild('app-process.ts', { WINNOW_HOME: config.home, DATABASE_URL: '' });
    const browser = await launchBrowser();
    try {
      const url = String(server.ready.url);
      await visit(browser, url); // the page is built, the connections are made
      const figures = { ...(await firstPicture(browser, url)), ...(await inUse(browser, url)) };
      return report('page', figures);
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}

/** From navigation, with nothing cached, until the first picture of a wall has been decoded. */
async function firstPicture(browser: Browser, url: string): Promise<Record<string, Figure>> {
  const seconds: number[] = [];
  for (let visits = 0; visits < VISITS; visits += 1) seconds.push(await visit(browser, url));
  return { firstPicture: { value: median(seconds), unit: 's', most: 1 } };
}

async function visit(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: SIZE });
  try {
    const opened = await context.newPage();
    await opened.goto(url, { waitUntil: 'commit' });
    return await untilPicture(opened);
  } finally {
    await context.close();
  }
}

/** Seconds since the navigation began, when a picture of a wall can be seen. */
async function untilPicture(opened: Page): Promise<number> {
  return (await opened.evaluate<number>(PICTURE_SEEN)) / 1000;
}

async function inUse(browser: Browser, url: string): Promise<Record<string, Figure>> {
  const context = await browser.newContext({ viewport: SIZE });
  const opened = await context.newPage();
  await opened.goto(url);
  await untilPicture(opened);
  await opened.waitForLoadState('networkidle');
  const session = await context.newCDPSession(opened);
  await session.send('Performance.enable');

  let fetched = 0;
  const count = (): void => void (fetched += 1);
  opened.on('request', count);
  const frames = await scriptPerFrame(session, () => drag(opened));
  opened.off('request', count);
  await opened.mouse.up();
  await opened.waitForLoadState('networkidle');

  const { heap, nodes } = await scrollThrough(opened, async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN) / 2 ** 20;
  });
  await context.close();
  console.log(`dragged over ${frames.length} frames, the longest with ${Math.max(...frames).toFixed(1)} ms of script`);
  return {
    dragScript: { value: median(frames), unit: 'ms a frame', most: 16 },
    dragRequests: { value: fetched, unit: 'requests', most: 0 },
    heap: { value: heap, unit: 'MiB', most: 150 },
    nodes: { value: nodes, unit: 'nodes', most: 3_000 },
  };
}

/** Back and forth over the histogram without a rest; the button stays down. */
async function drag(opened: Page): Promise<void> {
  const box = await opened.locator('.histogram').boundingBox();
  if (box === null) throw new Error('there is no histogram');
  const y = box.y + box.height / 2;
  const x = (move: number) => box.x + box.width * (0.5 + 0.45 * Math.sin((move / DRAG_MOVES) * 6 * Math.PI));
  await opened.mouse.move(x(0), y);
  await opened.mouse.down();
  for (let move = 1; move <= DRAG_MOVES; move += 1) {
    await opened.mouse.move(x(move), y);
    await opened.evaluate(NEXT_FRAME);
  }
}

/** Scrolls each wall to its end; the largest heap and the most nodes that there were on the way. */
async function scrollThrough(opened: Page, heapNow: () => Promise<number>): Promise<{ heap: number; nodes: number }> {
  const most = { heap: 0, nodes: 0 };
  const walls = opened.locator('.wall');
  for (let wall = 0; wall < (await walls.count()); wall += 1) {
    for (let step = 1; step <= SCROLL_STEPS; step += 1) {
      await walls.nth(wall).evaluate((element: Scrolling, share) => {
        element.scrollTop = (element.scrollHeight - element.clientHeight) * share;
      }, step / SCROLL_STEPS);
      await sleep(SCROLL_PAUSE);
      most.nodes = Math.max(most.nodes, await opened.evaluate<number>(COUNT_NODES));
      most.heap = Math.max(most.heap, await heapNow());
    }
    // It is really the end: its last picture comes.
    await walls.nth(wall).locator('[role=option]').last().locator('img').waitFor({ timeout: 30_000 });
  }
  return most;
}
