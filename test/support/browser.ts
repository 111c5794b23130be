import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Where Debian's package and others put it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable'];

/** Why a test that wants a browser was skipped. */
export const WITHOUT_BROWSER = 'no Chromium: apt-get install chromium, or set CHROMIUM to its path';

/** The path of Chromium; null where there is none. */
export function browserPath(): string | null {
  const places = process.env.CHROMIUM ? [process.env.CHROMIUM] : PLACES;
  return places.find((path) => existsSync(path)) ?? null;
}

/** Chromium without a window. @throws Error where there is none */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === null) throw new Error(WITHOUT_BROWSER);
  // Its sandbox refuses root, as which continuous integration runs; it only visits our own page.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}
