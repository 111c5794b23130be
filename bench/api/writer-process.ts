import { createRun, finishRun, startRun } from '../../src/catalog/runs.js';
import { createDataSource } from '../../src/db.js';
import { bimodalScores } from './bimodal.js';
import { readyUntilStopped, sayLast } from './child.js';
import { writeScores } from './score-write.js';

// CLASSIFY runs of one model, one after the other, each with new scores in place of those before.

const CHUNK_ROWS = 4_096;
const { modelId, collectionId, images } = JSON.parse(process.env.BENCH_CATALOG ?? '') as Record<string, number>;
const url = process.env.BENCH_DATABASE_URL ?? '';
const dataSource = await createDataSource({ url, applicationName: 'winnow bench writer' });
let stopped = false;
const told = readyUntilStopped({ begun: true }).then(() => (stopped = true));
let runs = 0;
for (let seed = 100; !stopped; seed += 1) {
  const asked = { collectionId, stage: 'CLASSIFY' as const, options: {}, requestedBy: 'bench' };
  const { id: runId } = await dataSource.transaction((tx) => createRun(tx, asked));
  await dataSource.transaction((tx) => startRun(tx, runId, images));
  await writeScores(dataSource, runId, modelId, bimodalScores(1, images, seed), CHUNK_ROWS);
  await dataSource.transaction((tx) => finishRun(tx, runId, 'SUCCEEDED', {}));
  runs += 1;
}
await told;
await dataSource.destroy();
sayLast({ runs, rows: runs * images });
