import assert from 'node:assert/strict';

import type { DataSource } from 'typeorm';

import { createRandom, type Random } from '../../src/ml/random.js';
import { against, median, type Figure } from '../report.js';
import { readIntoMemory, type Filled } from './fill.js';
import { latencies, throughput, type Ask } from './load.js';
import { askPage, askPlainPage, type Range, type Servers } from './servers.js';

const ROUNDS = 7;
/** Turns of a round, and requests of a turn: short ones, so that what else the machine does meets both alike. */
const TURNS = 10;
const REQUESTS = 20;
const WARM_UP = 300;
const CLIENTS = 16;
const THROUGHPUT_MS = 1_500;
/** Sizes from here on count for pageLatency and pageThroughput; a smaller one is there for pageGrowth. */
const LARGE = 1_000_000;

/** What one catalog size took: milliseconds of each request by one client, and the rates of many, one for each round. */
interface Taken {
  filled: Filled;
  app: { ms: number[]; rate: number[] };
  plain: { ms: number[]; rate: number[] };
}

/**
 * Images by score range: the first 100 with uri, score and verdict, the range another one every time. App and plain
 * handler take turns, size by size and round by round.
 */
export async function pageFigures(
  dataSource: DataSource,
  servers: Servers,
  catalogs: readonly Filled[],
): Promise<Record<string, Figure>> {
  await readIntoMemory(dataSource, catalogs);
  for (const filled of catalogs) await sameAnswers(servers, filled);
  const taken = catalogs.map((filled): Taken => {
    return { filled, app: { ms: [], rate: [] }, plain: { ms: [], rate: [] } };
  });
  // Ranges of their own: who came second would else find in memory what the first one had to read from disk.
  const asks = (filled: Filled, round: number) => {
    const [a, b] = [createRandom(2 * round), createRandom(2 * round + 1)];
    return {
      app: () => askPage(servers.app, filled, randomRange(a)),
      plain: () => askPlainPage(servers.plain, filled, randomRange(b)),
    };
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { filled, app, plain } of taken) {
      const ask = asks(filled, round);
      if (round === 0) {
        await warmUp([ask.app, ask.plain]);
        continue;
      }
      for (let turn = 0; turn < TURNS; turn += 1) {
        app.ms.push(...(await latencies(REQUESTS, ask.app)));
        plain.ms.push(...(await latencies(REQUESTS, ask.plain)));
      }
      app.rate.push(await throughput(CLIENTS, THROUGHPUT_MS, ask.app));
      plain.rate.push(await throughput(CLIENTS, THROUGHPUT_MS, ask.plain));
    }
  }
  return figures(taken);
}

function figures(taken: Taken[]): Record<string, Figure> {
  const found: Record<string, Figure> = {};
  const least = Math.min(LARGE, taken[taken.length - 1].filled.images);
  const large = taken.filter(({ filled }) => filled.images >= least);
  const sizes = large.map(({ filled, app, plain }) => ({
    name: sizeName(filled.images),
    latency: against(median(app.ms), median(plain.ms), 'ms, median', { most: 1.7 }),
    throughput: against(median(app.rate), median(plain.rate), `requests/s, ${CLIENTS} clients`, { least: 0.5 }),
  }));
  for (const { name, latency, throughput: rate } of sizes) {
    found[`pageLatency${name}`] = latency;
    found[`pageThroughput${name}`] = rate;
  }
  const slowest = sizes.reduce((a, b) => ((a.latency.ratio ?? 0) > (b.latency.ratio ?? 0) ? a : b));
  const fewest = sizes.reduce((a, b) => ((a.throughput.ratio ?? 0) < (b.throughput.ratio ?? 0) ? a : b));
  const [smallest, largest] = [taken[0], taken[taken.length - 1]];
  const growth = against(median(largest.app.ms), median(smallest.app.ms), 'ms, largest against smallest', {
    most: 1.3,
  });
  return {
    pageLatency: slowest.latency,
    pageThroughput: fewest.throughput,
    pageGrowth: growth,
    ...found,
    plainGrowth: against(median(largest.plain.ms), median(smallest.plain.ms), 'ms, largest against smallest'),
  };
}

async function warmUp(asks: Ask[]): Promise<void> {
  for (const ask of asks) {
    await latencies(WARM_UP, ask);
    await throughput(CLIENTS, THROUGHPUT_MS, ask);
  }
}

/** A tenth of all scores, from anywhere. */
export function randomRange(random: Random): Range {
  const min = 0.9 * random.next();
  return { min, max: min + 0.1 };
}

/** Both must say the same of the same images, or the comparison says nothing. */
async function sameAnswers(servers: Servers, filled: Filled): Promise<void> {
  const random = createRandom(filled.images);
  for (let i = 0; i < 20; i += 1) {
    const range = randomRange(random);
    const ours = await askPage(servers.app, filled, range);
    assert.deepEqual(ours, await askPlainPage(servers.plain, filled, range));
    assert.ok(ours.length > 0);
  }
}

/** 75k, 1M, 10M. */
export function sizeName(images: number): string {
  return images >= 1_000_000 ? `${images / 1_000_000}M` : `${images / 1000}k`;
}
