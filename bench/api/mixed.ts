import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import type { DataSource } from 'typeorm';

import { wrongCounts } from '../../src/catalog/check-counts.js';
import { rows } from '../../src/db.js';
import { createRandom } from '../../src/ml/random.js';
import { encodeId } from '../../src/schema/ids.js';
import { median, type Figure } from '../report.js';
import { startChild } from './child.js';
import type { Filled } from './fill.js';
import { createClient, percentile } from './load.js';
import { randomRange } from './pages.js';
import { askPage, type Servers } from './servers.js';

const CLIENTS = 200;
/** A run over this many images ends within the time, so that its scores are swapped in while others read. */
const WRITTEN_MOST = 250_000;
/** How long connections that nobody uses any more may stay open. */
const PATIENCE_MS = 30_000;
const COUNTS = 'query ($model: ID!) { model(id: $model) { threshold { value } counts { above below ok ng } } }';

/** 200 clients read pages and counts for a while, as CLASSIFY runs write scores and swap them in. */
export async function mixedFigures(
  dataSource: DataSource,
  { appUrl, appPid }: Servers,
  catalogs: readonly Filled[],
  { databaseUrl, seconds }: { databaseUrl: string; seconds: number },
): Promise<Record<string, Figure>> {
  const written = [...catalogs].reverse().find(({ images }) => images <= WRITTEN_MOST) ?? catalogs[0];
  const before = await settled(dataSource, appPid, null);
  const writer = await startChild('writer-process.ts', {
    BENCH_DATABASE_URL: databaseUrl,
    BENCH_CATALOG: JSON.stringify(written),
  });
  const { taken, errors } = await readAlong(appUrl, catalogs, seconds);
  const { runs, rows: writtenRows } = await writer.stop();
  const after = await settled(dataSource, appPid, before);
  const wrong = await wrongCounts(dataSource, written.modelId);
  for (const message of errors.slice(0, 5)) console.log(`mixed: ${message}`);
  console.log(`mixed: ${String(runs)} CLASSIFY runs of ${written.images} scores were written meanwhile`);
  return {
    mixed: {
      value: errors.length,
      unit: `errors of ${taken.length} requests, ${CLIENTS} clients, ${seconds} s`,
      most: 0,
    },
    mixedP50: { value: median(taken), unit: 'ms' },
    mixedP99: { value: percentile(taken, 0.99), unit: 'ms' },
    mixedRate: { value: taken.length / seconds, unit: 'requests/s' },
    mixedWritten: { value: Number(writtenRows), unit: 'score rows written and swapped in meanwhile' },
    mixedLeak: { value: after - before, unit: 'connections of the server more than before', most: 0 },
    mixedWrongBins: { value: wrong.length, unit: 'histogram bins that a full count contradicts', most: 0 },
  };
}

async function readAlong(url: string, catalogs: readonly Filled[], seconds: number) {
  const client = createClient(url);
  const taken: number[] = [];
  const errors: string[] = [];
  const until = performance.now() + seconds * 1000;
  const reader = async (_: unknown, number: number): Promise<void> => {
    const random = createRandom(number);
    while (performance.now() < until) {
      const filled = catalogs[Math.floor(catalogs.length * random.next())];
      const begun = performance.now();
      const answer =
        random.next() < 0.7
          ? askPage(client, filled, randomRange(random))
          : client.graphql(COUNTS, { model: encodeId('model', filled.modelId) });
      await answer.catch((error: unknown) => errors.push(String(error)));
      taken.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, reader));
  client.close();
  return { taken, errors };
}

/** Sockets of the server once it is idle: what stays, or what it came down to, when `wanted` is given, in time. */
async function settled(dataSource: DataSource, pid: number, wanted: number | null): Promise<number> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let seen = await connections(dataSource, pid);
  for (let same = 0; performance.now() < giveUpAt && (wanted === null ? same < 24 : seen > wanted);) {
    await sleep(500);
    const now = await connections(dataSource, pid);
    same = now === seen ? same + 1 : 0;
    seen = now;
  }
  return seen;
}

/** Sessions of the server in the database, and its open files (sockets among them). */
async function connections(dataSource: DataSource, pid: number): Promise<number> {
  const [{ sessions }] = await rows<{ sessions: number }>(
    dataSource,
    `select count(*)::integer as sessions from pg_stat_activity where application_name = 'winnow server'`,
  );
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  return sessions + files.length;
}
