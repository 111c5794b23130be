import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';

import { CollectionSources1764720000000 } from '../../migrations/1764720000000-collection-sources.js';
import { ensureCollection } from '../../src/catalog/collections.js';
import { rows } from '../../src/db.js';
import { undoExport } from '../../src/runs/files/undo.js';
import { manifest, score } from './export-support.js';
import { copyInto, emoji, execute, openBenchWithWorker, type Bench } from './support.js';

/** Two collections, each with its own copies of the same pictures. */
async function twoCollections(bench: Bench): Promise<{ own: string[]; others: string[]; other: Bench }> {
  const { id } = await ensureCollection(bench.db, 'other');
  const other = { ...bench, collection: 'other', collectionId: id };
  const pictures = await emoji('any', 6);
  const others = await copyInto(join(bench.folder, 'others'), pictures);
  const own = await copyInto(join(bench.folder, 'own'), pictures);
  await score(other, new Map(others.map((file) => [file, 0.6])));
  await score(bench, new Map(own.map((file) => [file, 0.6])));
  return { own, others, other };
}

/** By source. */
async function sourcesOf(folder: string): Promise<unknown[]> {
  const entries = (await manifest(folder)).map(({ source, sources }) => [String(source), sources] as const);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

const alone = (files: string[]) => files.map((file) => [file, [file]]);

test('an export takes files from where its own collection found them, whoever found the same bytes first', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const { own, others, other } = await twoCollections(bench);
  for (const mode of ['COPY', 'HARDLINK', 'SYMLINK']) {
    await execute(bench, 'EXPORT', { directory: join(folder, mode), mode });
    assert.deepEqual(await sourcesOf(join(folder, mode)), alone(own));
  }
  const out = join(folder, 'out');
  assert.equal((await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' })).done, 6);
  assert.deepEqual(await readdir(dirname(own[0])), []);
  assert.equal((await readdir(dirname(others[0]))).length, 6);
  assert.deepEqual(await sourcesOf(out), alone(own));

  // Known where it is: the next export of either collection goes there, and to no other place.
  const moved = own.map((file) => join(out, 'ok', basename(file)));
  await execute(bench, 'EXPORT', { directory: join(folder, 'again') });
  assert.deepEqual(await sourcesOf(join(folder, 'again')), alone(moved));
  await execute(other, 'EXPORT', { directory: join(folder, 'theirs'), mode: 'MOVE' });
  assert.deepEqual(await sourcesOf(join(folder, 'theirs')), alone(others));
  assert.equal((await readdir(join(out, 'ok'))).length, 6);

  // With its own files gone, it does not fall back on those of the other collection.
  await undoExport(db, join(folder, 'theirs'));
  await rm(out, { recursive: true });
  const run = await execute(bench, 'EXPORT', { directory: join(folder, 'none') });
  assert.deepEqual([run.done, run.failed], [0, 6]);
});

test('once a move is undone, nothing is said to be found in its folder', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const { own } = await twoCollections(bench);
  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' });
  await undoExport(db, out);
  const current = await rows<{ uri: string }>(db, 'select uri from winnow.sources where replaced_at is null');
  assert.deepEqual(
    current.filter(({ uri }) => uri.startsWith(out)),
    [],
  );
  await execute(bench, 'EXPORT', { directory: join(folder, 'copy') });
  assert.deepEqual(await sourcesOf(join(folder, 'copy')), alone(own));
});

test('a file that two collections found is moved for both', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const { own, others, other } = await twoCollections(bench);
  await execute(other, 'INGEST', { paths: [dirname(own[0])] });
  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' });
  const moved = own.map((file) => join(out, 'ok', basename(file)));
  await execute(other, 'EXPORT', { directory: join(folder, 'copy') });
  assert.deepEqual(
    await sourcesOf(join(folder, 'copy')),
    others.map((file, i) => [file, [file, moved[i]]]),
  );
  await undoExport(db, out);
  await execute(other, 'EXPORT', { directory: join(folder, 'later') });
  assert.deepEqual(
    await sourcesOf(join(folder, 'later')),
    others.map((file, i) => [file, [file, own[i]]]),
  );
});

test('sources from before this was written down count for every collection of their image', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const { own, others } = await twoCollections(bench);
  await rows(db, 'drop table winnow.collection_sources');
  const runner = db.createQueryRunner();
  await new CollectionSources1764720000000().up(runner);
  await runner.release();
  await execute(bench, 'EXPORT', { directory: join(folder, 'copy') });
  assert.deepEqual(
    await sourcesOf(join(folder, 'copy')),
    others.map((file, i) => [file, [file, own[i]]]),
  );
});
