import assert from 'node:assert/strict';
import { test } from 'node:test';

import { promoteModel } from '../../src/catalog/model-registry.js';
import { modelByNumber } from '../../src/catalog/models.js';
import { setThreshold, thresholdHistory } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import { collectionWithFeatures } from './features-support.js';
import { execute, type Bench } from './support.js';

test('a threshold that somebody set is carried over to the next model, by what it meant and not by its number', async (t) => {
  const bench = await collectionWithFeatures(t);
  const { db, collectionId } = bench;
  await execute(bench, 'TRAIN', {});
  const first = await newest(bench);
  assert.equal(first.calibration.kind, 'COLLECTION');
  assert.ok(first.calibration.balance! > 0.15 && first.calibration.balance! < 0.4, `${first.calibration.balance}`);
  assert.deepEqual(await opening(bench), [0.5, 'default']);

  // Nobody has moved it: nothing to carry.
  await execute(bench, 'TRAIN', { seed: 2 });
  assert.deepEqual(await opening(bench), [0.5, 'default']);
  await execute(bench, 'CLASSIFY', {});

  await setThreshold(db, { modelId: (await newest(bench)).id, value: 0.8, who: 'ann' });
  await execute(bench, 'TRAIN', { seed: 3, l2: 1 });
  const [value, note] = await opening(bench);
  assert.match(note, /^carried over from v2, where ann had it at 0\.8, by equal precision on held-out labels: \d/);
  assert.ok(value !== 0.5 && value !== 0.8, `${value}`);

  // That one rests on v3, which is not classified: of its images it knows no share, but its precision.
  await execute(bench, 'TRAIN', { seed: 4 });
  assert.match((await opening(bench))[1], /^carried over from v3, where test had it/);

  const { id } = await newest(bench);
  await execute(bench, 'CLASSIFY', {});
  await setThreshold(db, { modelId: id, value: 0.99, who: 'ann' });
  await execute(bench, 'TRAIN', { seed: 5, l2: 1, carry: 'SHARE' });
  const [shared, why] = await opening(bench);
  const shares = /by equal share kept of 280 unlabelled images: ([\d.]+)% there, ([\d.]+)% here$/.exec(why);
  assert.ok(shares !== null && Math.abs(Number(shares[1]) - Number(shares[2])) < 1, why);
  await execute(bench, 'CLASSIFY', {});
  const kept = async (modelId: number, threshold: number) =>
    Number(
      (
        await rows<{ n: string }>(
          db,
          `select count(*) as n from winnow.scores s where model_id = $1 and score >= $2::real
              and not exists (select from winnow.labels l where l.image_id = s.image_id)`,
          [modelId, threshold],
        )
      )[0].n,
    );
  assert.ok(Math.abs((await kept((await newest(bench)).id, shared)) - (await kept(id, 0.99))) <= 1);

  await execute(bench, 'TRAIN', { seed: 6, carry: 'NONE' });
  assert.deepEqual(await opening(bench), [0.5, 'default']);
  assert.equal((await modelByNumber(db, collectionId, 'latest')).number, 6);

  // A promoted model is in force, whatever was trained since.
  await promoteModel(db, first.id);
  await setThreshold(db, { modelId: first.id, value: 0.7, who: 'bob' });
  await execute(bench, 'TRAIN', { seed: 6 });
  assert.match((await opening(bench))[1], /^carried over from v1, where bob had it at 0\.7/);
});

test('the same labels and images give the same model and calibration; every label has a held-out score', async (t) => {
  const bench = await collectionWithFeatures(t);
  await execute(bench, 'TRAIN', {});
  const first = await newest(bench);
  await execute(bench, 'TRAIN', {});
  const second = await newest(bench);
  assert.equal(second.fingerprint, first.fingerprint);
  assert.deepEqual(second.calibration, first.calibration);
  const [{ held, parts }] = await rows<{ held: string; parts: string[] }>(
    bench.db,
    `select count(held_out_score) as held, array_agg(distinct part) as parts from winnow.model_labels where model_id = $1`,
    [second.id],
  );
  assert.deepEqual([held, parts], ['120', ['TRAINING']]);
});

function newest({ db, collectionId }: Bench) {
  return modelByNumber(db, collectionId, 'latest');
}

/** The only threshold of the newest model. */
async function opening(bench: Bench): Promise<[number, string]> {
  const [threshold, ...more] = await thresholdHistory(bench.db, (await newest(bench)).id);
  assert.equal(more.length, 0);
  return [threshold.value, threshold.note!];
}
