import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { setLabels, withdrawLabels } from '../../src/catalog/labels.js';
import { setThreshold } from '../../src/catalog/thresholds.js';
import { verdictSql } from '../../src/catalog/verdict.js';
import { rows } from '../../src/db.js';
import { encodeId } from '../../src/schema/ids.js';
import { startApi } from '../schema/api.js';
import type { ConnectionOf } from '../schema/api.js';
import { fillCatalog } from '../schema/catalog.js';
import { freshDatabase } from '../support/database.js';

interface Row {
  uri: string;
  verdict: string | null;
  score: number | null;
}

test('the view says of a verdict what everything else says', async () => {
  const migration = await readFile(new URL('../../migrations/1764200000000-views.ts', import.meta.url), 'utf8');
  const plain = (sql: string) => sql.replace(/\s+/g, ' ');
  const expression = verdictSql({ label: 'l.value', score: 's.score', threshold: 't.value' });
  assert.ok(plain(migration).includes(`${plain(expression)} as verdict`));
});

test('winnow.verdicts has what the API answers, at the threshold in force and with the labels', async (t) => {
  const api = await startApi(t);
  const { modelId, collectionId, imageIds } = await fillCatalog(api.db, 30);
  await fillCatalog(api.db, 5, 'others');
  await setThreshold(api.db, { modelId, value: 0.65, note: null, who: 'ann' });
  const inView = () =>
    rows<Row>(
      api.db,
      `select uri, verdict, score from winnow.verdicts where collection = 'people' and latest order by score`,
    );
  const inApi = async () => {
    const query = `query ($model: ID!) { images(model: $model, first: 100, order: SCORE_ASC) { edges { node { uri verdict score } } } }`;
    const { images } = await api.data<{ images: ConnectionOf<Row> }>(query, { model: encodeId('model', modelId) });
    return images.edges.map(({ node }) => node);
  };
  const before = await inView();
  assert.equal(before.length, 30);
  assert.deepEqual(before, await inApi());
  assert.deepEqual([before[0].verdict, before[29].verdict, before[1].verdict], ['OK', 'NG', 'NG'], 'labels go first');
  await api.db.transaction((tx) => withdrawLabels(tx, { collectionId, imageIds: [imageIds[0]], who: 'bob' }));
  const label = { imageId: imageIds[5], value: 'POSITIVE' as const };
  await api.db.transaction((tx) => setLabels(tx, { collectionId, labels: [label], origin: 'HAND', who: 'bob' }));
  const after = await inView();
  assert.deepEqual(after, await inApi());
  assert.deepEqual([after[0].verdict, after[5].verdict], ['NG', 'OK']);

  const latest = await rows(
    api.db,
    `select collection, model, count(*)::int as n from winnow.scores_latest group by 1, 2 order by 1`,
  );
  assert.deepEqual(latest, [
    { collection: 'others', model: 1, n: 5 },
    { collection: 'people', model: 1, n: 30 },
  ]);
});

test('a model without scores is not the latest one, and its images have no score', async (t) => {
  const db = await freshDatabase(t);
  const { modelId } = await fillCatalog(db, 10);
  await rows(
    db,
    `with run as (insert into winnow.runs (collection_id, stage) select collection_id, 'TRAIN' from winnow.models returning id)
     insert into winnow.models (collection_id, number, backbone_id, run_id, head, options, fingerprint, labels_digest, directory, positives, negatives, chosen_epoch, metrics, calibration)
     select collection_id, 2, backbone_id, run.id, head, options, fingerprint, labels_digest, directory, 1, 1, 1, metrics, calibration from winnow.models, run`,
  );
  const found = await rows(
    db,
    `select model, latest, count(*)::int as images, count(score)::int as scored, count(verdict)::int as decided
       from winnow.verdicts group by 1, 2 order by 1`,
  );
  assert.deepEqual(found, [
    { model: 1, latest: true, images: 10, scored: 10, decided: 10 },
    { model: 2, latest: false, images: 10, scored: 0, decided: 2 },
  ]);
  assert.deepEqual(await rows(db, 'select distinct model_id from winnow.scores_latest'), [{ model_id: modelId }]);
});

test('only the scores of the model asked for are read', async (t) => {
  const db = await freshDatabase(t);
  const first = await fillCatalog(db, 20);
  await fillCatalog(db, 20, 'others');
  const plan = await rows<{ 'QUERY PLAN': string }>(
    db,
    `explain (costs off) select count(*) from winnow.verdicts where model_id = ${first.modelId} and verdict = 'OK'`,
  );
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  assert.equal(new Set(text.match(/scores_r\d+/g)).size, 1, text);
  assert.doesNotMatch(text, /on sources|on images/, 'what is not selected is not looked up');
});

test('every column of the views is described', async (t) => {
  const db = await freshDatabase(t);
  const missing = await rows(
    db,
    `select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where c.relnamespace = 'winnow'::regnamespace and c.relkind = 'v'
        and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)`,
  );
  assert.deepEqual(missing, []);
});

test('winnow_read reads everything and changes nothing', async (t) => {
  const db = await freshDatabase(t);
  await fillCatalog(db, 3);
  const [role] = await rows(db, `select from pg_roles where rolname = 'winnow_read'`);
  if (role === undefined) return t.skip('this server does not let its user make roles');
  await db.transaction(async (tx) => {
    await rows(tx, 'grant winnow_read to current_user');
    await rows(tx, 'set local role winnow_read');
    assert.equal((await rows(tx, 'select verdict from winnow.verdicts')).length, 3);
    assert.equal(
      (await rows(tx, 'select score from winnow.scores_latest join winnow.images on id = image_id')).length,
      3,
    );
    await rows(tx, 'savepoint before');
    for (const change of [
      'delete from winnow.labels',
      'create table winnow.mine ()',
      'insert into winnow.collections (name) values (1)',
    ]) {
      await assert.rejects(rows(tx, change), { code: '42501' }, change);
      await rows(tx, 'rollback to before');
    }
  });
});

test('where the role cannot be made, the migration goes on without it', async (t) => {
  const db = await freshDatabase(t);
  const migration = await readFile(new URL('../../migrations/1764200000000-views.ts', import.meta.url), 'utf8');
  const [creation] = /do \$\$.*?end \$\$;/s.exec(migration)!;
  const other = `winnow_read_${process.pid}`;
  const mayMakeRoles = `select from pg_roles where rolname = current_user and (rolsuper or rolcreaterole)`;
  if ((await rows(db, mayMakeRoles)).length === 0) return t.skip('this server does not let its user make roles');
  await db.transaction(async (tx) => {
    await rows(tx, `create role ${other}_nobody nologin`);
    await rows(tx, `grant ${other}_nobody to current_user`);
    await rows(tx, `set local role ${other}_nobody`);
    await rows(tx, creation.replaceAll('winnow_read', other));
    assert.deepEqual(await rows(tx, `select from pg_roles where rolname = '${other}'`), []);
    await rows(tx, 'reset role');
    await rows(tx, `drop role ${other}_nobody`);
  });
});
