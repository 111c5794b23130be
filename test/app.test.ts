import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import sharp from 'sharp';

import { createApp } from '../src/app.js';
import { parseConfig } from '../src/config.js';
import type { Config } from '../src/config.js';
import { encodeId } from '../src/schema/ids.js';
import { post } from './schema/api.js';
import { freshDatabase } from './support/database.js';

const PICTURES = join(
  dirname(createRequire(import.meta.url).resolve('@lobehub/fluent-emoji-3d/package.json')),
  'assets',
);
const PATIENCE = 120_000;

interface Run {
  id: string;
  state: string;
  total: number;
  done: number;
  skipped: number;
  progress: number;
  itemsPerSecond: number | null;
  secondsLeft: number | null;
  error: { message: string } | null;
  collection: { id: string };
  model: { id: string } | null;
}
const RUN =
  'id state total done skipped progress itemsPerSecond secondsLeft error { message } collection { id } model { id }';

test('ingest, train, classify, move the threshold, export: over HTTP, with a worker process of its own', async (t) => {
  const { folder, home, config } = await prepare(t);
  await takePictures(join(folder, 'people'), /^1f9d1.*-1f3f[ef].*\.webp$/, 40);
  await takePictures(join(folder, 'others'), /^1f4.*\.webp$/, 40);
  const { url, app } = await start(t, config);
  const ask = async <Data>(query: string, variables: object = {}) => {
    const { data, errors } = await post(url, { query, variables });
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data as Data;
  };
  const execute = async (mutation: string, input: object): Promise<Run> => {
    const type = `${mutation[0].toUpperCase()}${mutation.slice(1)}Input!`;
    let { run } = await ask<{ run: Run }>(`mutation ($input: ${type}) { run: ${mutation}(input: $input) { ${RUN} } }`, {
      input,
    });
    assert.equal(run.state, 'QUEUED');
    const giveUpAt = Date.now() + PATIENCE;
    while (run.state === 'QUEUED' || run.state === 'RUNNING') {
      assert.ok(Date.now() < giveUpAt, `${mutation} took too long: ${inspect(run)}`);
      await sleep(50);
      ({ run } = await ask<{ run: Run }>(`query ($id: ID!) { run(id: $id) { ${RUN} } }`, { id: run.id }));
    }
    assert.equal(run.state, 'SUCCEEDED', run.error?.message ?? '');
    assert.deepEqual([run.progress, run.secondsLeft], [1, 0]);
    return run;
  };

  const input = {
    collectionName: 'people',
    paths: [folder],
    positive: [join(folder, 'people')],
    negative: [join(folder, 'others')],
  };
  const ingest = await execute('ingest', input);
  assert.equal(ingest.done, 80);
  const collection = ingest.collection.id;
  const train = await execute('train', { collection, epochs: 30, seed: 7 });
  const model = train.model!.id;
  const classify = await execute('classify', { collection });
  assert.ok(classify.itemsPerSecond! > 0);

  const counts = 'counts { threshold above below ok ng labelled unscored }';
  const first = await ask<{
    model: { number: number; counts: Record<string, number>; metrics: { validationAuc: number }; epochs: object[] };
  }>(`query ($id: ID!) { model(id: $id) { number metrics { validationAuc } epochs { epoch loss } ${counts} } }`, {
    id: model,
  });
  assert.equal(first.model.number, 1);
  assert.ok(first.model.metrics.validationAuc > 0.9);
  assert.ok(first.model.epochs.length > 0);
  assert.deepEqual(
    { ...first.model.counts, above: 0, below: 0 },
    { threshold: 0.5, above: 0, below: 0, ok: 40, ng: 40, labelled: 80, unscored: 0 },
  );

  // Without labels the scores decide.
  const page = await ask<{ images: { totalCount: number; edges: { node: { id: string; score: number } }[] } }>(
    'query ($model: ID!) { images(model: $model, first: 500) { totalCount edges { node { id score } } } }',
    { model },
  );
  assert.equal(page.images.totalCount, 80);
  const images = page.images.edges.map(({ node }) => node.id);
  const withdrawn = await ask(
    'mutation ($collection: ID!, $images: [ID!]!) { withdrawLabels(collection: $collection, images: { ids: $images }) { changed } }',
    {
      collection,
      images,
    },
  );
  assert.deepEqual(withdrawn, { withdrawLabels: { changed: 80 } });
  const moved = await ask<{
    setThreshold: { model: { counts: Record<string, number>; thresholds: { value: number }[] } };
  }>(
    `mutation ($model: ID!) { setThreshold(model: $model, value: 0.65, note: "by eye") { model { ${counts} thresholds { value } } } }`,
    { model },
  );
  const above = page.images.edges.filter(({ node }) => node.score >= 0.65).length;
  const expected = { threshold: 0.65, above, below: 80 - above, ok: above, ng: 80 - above, labelled: 0, unscored: 0 };
  assert.deepEqual(moved.setThreshold.model, { counts: expected, thresholds: [{ value: 0.65 }, { value: 0.5 }] });
  const range = await ask('query ($model: ID!) { images(model: $model, scoreRange: { min: 0.65 }) { totalCount } }', {
    model,
  });
  assert.deepEqual(range, { images: { totalCount: above } });

  await execute('export', { collection, directory: join(folder, 'sorted'), mode: 'SYMLINK' });
  assert.equal((await readdir(join(folder, 'sorted', 'ok'))).length, above);
  assert.equal((await readdir(join(folder, 'sorted', 'ng'))).length, 80 - above);

  await t.test('the squares are served by image id', async () => {
    const picture = await fetch(`${url}/pictures/${images[0]}`);
    assert.equal(picture.status, 200);
    assert.equal(picture.headers.get('content-type'), 'image/jpeg');
    assert.equal(picture.headers.get('x-content-type-options'), 'nosniff');
    assert.match(picture.headers.get('cache-control')!, /immutable/);
    const bytes = Buffer.from(await picture.arrayBuffer());
    assert.equal(picture.headers.get('content-length'), String(bytes.length));
    const { width, height, format } = await sharp(bytes).metadata();
    assert.deepEqual([width, height, format], [224, 224, 'jpeg']);
    const etag = picture.headers.get('etag')!;
    const again = await fetch(`${url}/pictures/${images[0]}`, { headers: { 'if-none-match': etag } });
    assert.deepEqual([again.status, (await again.arrayBuffer()).byteLength], [304, 0]);
    const head = await fetch(`${url}/pictures/${images[0]}`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(bytes.length)]);
    assert.equal((await fetch(`${url}/pictures/${encodeId('image', 99_999)}`)).status, 404);
    assert.equal((await fetch(`${url}/pictures/${model}`)).status, 400);
    await rm(join(home, 'squares'), { recursive: true });
    assert.equal((await fetch(`${url}/pictures/${images[0]}`)).status, 404);
  });

  await t.test('paths outside of the roots are refused, however they are written', async () => {
    await symlink('/etc', join(folder, 'way-out'));
    const outside = ['/etc', `${folder}/../..`, `${folder}/way-out`, `${folder}/way-out/passwd`, '/', '.', 'relative'];
    for (const path of outside) {
      const code = path.startsWith('/') ? 'PATH_NOT_ALLOWED' : 'BAD_INPUT';
      for (const list of [
        { paths: [path] },
        { positive: [path] },
        { negative: [path] },
        { paths: [folder], labelsFile: path },
      ]) {
        const { errors } = await post(url, {
          query: 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }',
          variables: { input: { collectionName: 'stolen', ...list } },
        });
        assert.equal(errors?.[0].extensions.code, code, `${JSON.stringify(list)} ${JSON.stringify(errors)}`);
      }
      const { errors } = await post(url, {
        query: 'mutation ($input: ExportInput!) { export(input: $input) { id } }',
        variables: { input: { collection, directory: path } },
      });
      assert.equal(errors?.[0].extensions.code, code, path);
    }
    assert.deepEqual(await ask('{ collection(name: "stolen") { id } }'), { collection: null });
  });

  await t.test('options out of range are refused by name, and nothing is left behind', async () => {
    const refused = async (mutation: string, input: object) => {
      const type = `${mutation[0].toUpperCase()}${mutation.slice(1)}Input!`;
      const { errors } = await post(url, {
        query: `mutation ($input: ${type}) { ${mutation}(input: $input) { id } }`,
        variables: { input },
      });
      return `${errors?.[0].extensions.code} ${errors?.[0].message}`;
    };
    assert.match(await refused('train', { collection, epochs: 0 }), /^BAD_INPUT epochs must be a whole number from 1/);
    assert.match(await refused('train', { collection, validationShare: 0.9 }), /^BAD_INPUT validationShare must be/);
    assert.match(await refused('resize', { collection, pad: 'red' }), /^BAD_INPUT pad must be a colour/);
    assert.match(
      await refused('export', { collection, directory: folder, threshold: 2 }),
      /^BAD_INPUT threshold must be/,
    );
    assert.match(await refused('classify', { collection, model: encodeId('model', 999) }), /^NOT_FOUND model/);
    assert.match(await refused('train', { collection: encodeId('collection', 999) }), /^NOT_FOUND/);
    assert.match(await refused('train', { collection: model }), /^BAD_INPUT collection must be the id of a collection/);
    assert.match(await refused('ingest', { collectionName: 'new' }), /^BAD_INPUT paths must be/);
    assert.match(
      await refused('ingest', { collectionName: 'new', paths: [join(folder, 'missing')] }),
      /^BAD_INPUT There is nothing at .*missing\.$/,
    );
    assert.deepEqual(await ask('{ collection(name: "new") { id } }'), { collection: null });
  });

  await t.test('a run can be cancelled while it waits', async () => {
    process.kill(app.workerPid()!, 'SIGSTOP');
    const { run } = await ask<{ run: Run }>(
      'mutation ($c: ID!) { run: resize(input: { collection: $c }) { id state } }',
      { c: collection },
    );
    const cancelled = await ask<{ cancelRun: Run }>(
      'mutation ($id: ID!) { cancelRun(run: $id) { state cancelRequested } }',
      { id: run.id },
    );
    process.kill(app.workerPid()!, 'SIGCONT');
    assert.deepEqual(cancelled, { cancelRun: { state: 'CANCELLED', cancelRequested: true } });
  });

  await t.test('a worker that is killed is replaced', async () => {
    const killed = app.workerPid()!;
    process.kill(killed, 'SIGKILL');
    const run = await execute('resize', { collection });
    assert.equal(run.done + run.skipped, 80);
    assert.notEqual(app.workerPid(), killed);
  });
});

test('health says whether the database answers; / says what this is', async (t) => {
  const { config } = await prepare(t);
  const { url } = await start(t, { ...config, worker: 'external' });
  const health = await fetch(`${url}/healthz`);
  assert.deepEqual([health.status, await health.json()], [200, { status: 'ok' }]);
  const welcome = await fetch(url);
  assert.match(welcome.headers.get('content-type')!, /^text\/plain/);
  assert.match(await welcome.text(), new RegExp(`curl -s ${url}/graphql`));
});

test('a port in use is said to be so, and the database is let go', async (t) => {
  const { config } = await prepare(t);
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  const app = createApp({ ...config, port }, { log: () => undefined });
  await assert.rejects(app.start(), {
    code: 'CONFIGURATION',
    message: new RegExp(`^WINNOW_PORT is ${port}, which another program`),
  });
  await app.stop();
});

test('stopping is possible at any time, and twice', async (t) => {
  const { config } = await prepare(t);
  const never = createApp(config, { log: () => undefined });
  await never.stop();
  const app = createApp(config, { log: () => undefined });
  const starting = app.start();
  await Promise.all([app.stop(), app.stop()]);
  const { url } = await starting;
  await app.stop();
  assert.equal(app.workerPid(), null);
  await assert.rejects(fetch(url));
});

async function prepare(t: TestContext): Promise<{ folder: string; home: string; config: Config }> {
  const root = await mkdtemp(join(tmpdir(), 'winnow-app-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const [folder, home] = [join(root, 'pictures'), join(root, 'home')];
  await mkdir(folder);
  const db = await freshDatabase(t);
  const config = parseConfig({ WINNOW_HOME: home, WINNOW_PORT: '0', WINNOW_ROOTS: folder, DATABASE_URL: db.url });
  return { folder, home, config };
}

async function start(t: TestContext, config: Config) {
  const app = createApp(config, { log: (message, details) => t.diagnostic(`${message} ${inspect(details)}`) });
  t.after(() => app.stop());
  return { app, url: (await app.start()).url };
}

async function takePictures(folder: string, pattern: RegExp, count: number): Promise<void> {
  await mkdir(folder);
  const names = (await readdir(PICTURES)).filter((name) => pattern.test(name)).slice(0, count);
  assert.equal(names.length, count);
  for (const name of names) await copyFile(join(PICTURES, name), join(folder, name));
  assert.ok((await readFile(join(folder, names[0]))).length > 0);
}
