import { decisionFigures } from './api/decisions.js';
import { filled } from './api/fill.js';
import { mixedFigures } from './api/mixed.js';
import { pageFigures } from './api/pages.js';
import { scoreWriteFigures } from './api/score-write.js';
import { startServers } from './api/servers.js';
import { report, type Figure, type Report } from './report.js';
import { withScratch } from './scratch.js';

const SIZES = [75_000, 1_000_000, 10_000_000];
const WRITTEN = 1_000_000;
const MIXED_SECONDS = 30;
const PARTS = ['pages', 'decisions', 'writing', 'mixed'];

export interface ApiOptions {
  /** No catalog with more scores than this. */
  most?: number;
  /** Only these of `pages`, `decisions`, `writing` and `mixed`. */
  only?: string[];
  /** A folder where the catalogs stay, so that the next bench finds them filled; left out, they are gone afterwards. */
  home?: string;
}

/**
 * The API on catalogs of 75 thousand, 1 million and 10 million scores, next to a plain node http and pg handler with SQL
 * written by hand. The service, the handler and whoever writes are processes of their own; the load comes from this one.
 */
export async function api({ most = Infinity, only = PARTS, home }: ApiOptions): Promise<Report> {
  const within = SIZES.filter((size) => size <= most);
  const sizes = within.length > 0 ? within : [most];
  return withScratch(async ({ config, dataSource }) => {
    const catalogs = await filled(dataSource, sizes);
    const largest = catalogs[catalogs.length - 1];
    const databaseUrl = String((dataSource.options as { url?: string }).url);
    const servers = await startServers(config.home, databaseUrl);
    const parts: Record<string, () => Promise<Record<string, Figure>>> = {
      pages: () => pageFigures(dataSource, servers, catalogs),
      decisions: () => decisionFigures(dataSource, servers, largest),
      writing: () => scoreWriteFigures(dataSource, largest, WRITTEN),
      mixed: () => mixedFigures(dataSource, servers, catalogs, { databaseUrl, seconds: MIXED_SECONDS }),
    };
    try {
      const figures: Record<string, Figure> = {};
      for (const part of only) Object.assign(figures, await parts[part]());
      return report('api', figures);
    } finally {
      await servers.stop();
    }
  }, home);
}
