import assert from 'node:assert/strict';

import type { DataSource } from 'typeorm';

import { countsAt } from '../../src/catalog/counts.js';
import { setThreshold } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import { createRandom } from '../../src/ml/random.js';
import { encodeId } from '../../src/schema/ids.js';
import { against, median, type Figure } from '../report.js';
import type { Filled } from './fill.js';
import { latencies, type Ask } from './load.js';
import type { Servers } from './servers.js';

const ROUNDS = 7;
const REQUESTS = 60;
const CHECKED = 12;

const COUNTS = `query Counts($model: ID!, $threshold: Float!) {
  model(id: $model) { counts(threshold: $threshold) { above below ok ng } }
}`;
const IMAGE = 'query Image($id: ID!) { image(id: $id) { sha256 width height format bytes } }';
const SET_THRESHOLD = `mutation Set($model: ID!, $value: Float!) {
  setThreshold(model: $model, value: $value) { id value }
}`;
const LOOK_UP = `select encode(sha256, 'hex') as sha256, width, height, format, bytes from winnow.images where id = $1`;
const INSERT =
  'insert into winnow.thresholds (model_id, value, who) values ($1, $2::real, $3) returning id, value, created_at';

/**
 * Counts at a threshold that changes every time, and setting the threshold, each through the catalog function and
 * through HTTP, held against one row looked up by its primary key and one row inserted, by the same route.
 */
export async function decisionFigures(
  dataSource: DataSource,
  { app, plain }: Servers,
  { modelId, images }: Filled,
): Promise<Record<string, Figure>> {
  await countsAreExact(dataSource, modelId);
  const random = createRandom(3);
  const threshold = () => Math.round(1e4 * random.next()) / 1e4;
  const imageId = () => 1 + Math.floor(images * random.next());
  const model = encodeId('model', modelId);
  const lookUp = () => rows(dataSource, LOOK_UP, [imageId()], 'bench-look-up');
  const insert = () => rows(dataSource, INSERT, [modelId, threshold(), 'bench'], 'bench-insert');

  const counts = await inTurns(() => countsAt(dataSource, { modelId, threshold: threshold() }), lookUp);
  const countsHttp = await inTurns(
    () => app.graphql(COUNTS, { model, threshold: threshold() }),
    () => app.graphql(IMAGE, { id: encodeId('image', imageId()) }),
    () => plain.get(`/image?id=${imageId()}`),
  );
  const set = await inTurns(() => setThreshold(dataSource, { modelId, value: threshold(), who: 'bench' }), insert);
  const setHttp = await inTurns(
    () => app.graphql(SET_THRESHOLD, { model, value: threshold() }),
    () => plain.get(`/insert?model=${modelId}&value=${threshold()}`),
  );
  return {
    counts: against(counts[0], counts[1], 'ms, against a look-up', { most: 3 }),
    countsHttp: against(countsHttp[0], countsHttp[1], 'ms, against a look-up through GraphQL', { most: 3 }),
    countsPlain: against(countsHttp[0], countsHttp[2], 'ms, against a look-up by the plain handler'),
    setThreshold: against(set[0], set[1], 'ms, against an insert', { most: 3 }),
    setThresholdHttp: against(setHttp[0], setHttp[1], 'ms, against an insert by the plain handler', { most: 3 }),
  };
}

/** Milliseconds of each, the median of rounds in which they take turns. */
async function inTurns(...asks: Ask[]): Promise<number[]> {
  const taken = asks.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [i, ask] of asks.entries()) {
      const ms = median(await latencies(REQUESTS, ask));
      if (round > 0) taken[i].push(ms); // the first one warms up
    }
  }
  return taken.map(median);
}

/** Counts must be what a full count says, also at thresholds of more than four decimals and at the very ends. */
async function countsAreExact(dataSource: DataSource, modelId: number): Promise<void> {
  const random = createRandom(5);
  const thresholds = [0, 1, 0.5, ...Array.from({ length: CHECKED }, () => random.next())];
  for (const threshold of thresholds) {
    const [counted] = await rows(
      dataSource,
      `select count(*) filter (where s.score >= $2::real)::integer as above,
              count(*) filter (where s.score < $2::real)::integer as below,
              count(*) filter (where l.value = 'POSITIVE' or l.value is null and s.score >= $2::real)::integer as ok,
              count(*) filter (where l.value = 'NEGATIVE' or l.value is null and s.score < $2::real)::integer as ng
         from winnow.scores s join winnow.models m on m.id = s.model_id
         left join winnow.labels l on l.collection_id = m.collection_id and l.image_id = s.image_id and l.superseded_at is null
        where s.model_id = $1`,
      [modelId, threshold],
    );
    const { above, below, ok, ng } = await countsAt(dataSource, { modelId, threshold });
    assert.deepEqual({ above, below, ok, ng }, { ...counted }, `at the threshold ${threshold}`);
  }
}
