import type { Page } from 'playwright-core';

/** A view of the page as it is photographed and examined. */
export interface PageView {
  readonly name: string;
  readonly path: string;
  /** What there is once it has all come. */
  readonly ready: string;
  /** What is done first, such as opening something. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const openFirst = (selector: string) => async (page: Page) => page.locator(selector).first().click();

/**
 * Every view, of a collection with two models and an image.
 * @param collection its name, as in an address
 */
export function viewsOf(collection: string, image: string): PageView[] {
  const at = (path: string, rest = '') => `${path}?collection=${encodeURIComponent(collection)}${rest}`;
  return [
    { name: 'screen', path: at('/', '&model=1'), ready: '.wall img' },
    { name: 'flips', path: at('/', '&model=1&t=0.3&show=flips'), ready: '.wall' },
    { name: 'label', path: at('/label', '&which=all'), ready: '.wall img' },
    { name: 'label-one', path: at('/label', '&which=all&mode=one'), ready: 'main img' },
    {
      name: 'runs',
      path: at('/runs'),
      ready: '.run',
      prepare: openFirst('.run summary:has(.wrong)'),
    },
    { name: 'train', path: at('/runs', '&start=TRAIN'), ready: '.run', prepare: openFirst('.card .more summary') },
    { name: 'model', path: at('/models', '&model=2&against=1'), ready: '.chart svg' },
    { name: 'image', path: at(`/images/${image}`, '&model=1'), ready: '.image-pictures img' },
    { name: 'keys', path: at('/', '&model=1'), ready: '.wall img', prepare: (page) => page.keyboard.press('?') },
  ];
}

/** Goes to a view and waits until its pictures are there. */
export async function openView(page: Page, url: string, { path, ready, prepare }: PageView): Promise<void> {
  await page.goto(url + path);
  await page.locator(ready).first().waitFor();
  await prepare?.(page);
  await page.waitForLoadState('networkidle');
  await page.waitForFunction('[...document.images].every((image) => image.complete)');
}
