import assert from 'node:assert/strict';
import { copyFile, link, mkdir, readFile, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';

import { setThreshold } from '../../src/catalog/thresholds.js';
import { rows } from '../../src/db.js';
import { exists } from '../../src/images/storage.js';
import { undoExport } from '../../src/runs/files/undo.js';
import { copyInto, count, emoji, execute, openBenchWithWorker, type Bench } from './support.js';
import { manifest, score, standing } from './export-support.js';

test('a move takes the files along, and undoing it restores every byte', async (t) => {
  const bench = await openBenchWithWorker(t, { spanImages: 4 });
  const { db, folder } = bench;
  const pictures = await emoji('any', 9);
  const files = [
    ...(await copyInto(join(folder, 'in', 'a'), pictures.slice(0, 5))),
    ...(await copyInto(join(folder, 'in', 'b'), pictures.slice(5))),
  ];
  await copyFile(pictures[0], join(folder, 'in', 'b', basename(files[1]))); // another picture of the same name
  files.push(join(folder, 'in', 'b', basename(files[1])));
  const bytes = await Promise.all(files.map((file) => readFile(file)));
  const times = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  const model = await score(bench, new Map(files.map((file, i) => [file, i / 10])));
  const images = await count(db, 'from winnow.images');

  const out = join(folder, 'out');
  const moved = await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' });
  assert.equal(moved.done, images);
  assert.equal((await standing(out)).size, images);
  assert.equal(await sourcesStanding(bench), images, 'the catalog knows where each file is now');

  // Known where it is: nothing to read. Exported elsewhere: from where it is.
  assert.equal((await execute(bench, 'INGEST', { paths: [out] })).skipped, images);
  const copy = join(folder, 'copy');
  assert.equal((await execute(bench, 'EXPORT', { directory: copy })).done, images);

  await setThreshold(db, { modelId: model.id, value: 0.25, who: 'me' });
  const flipped = await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' });
  assert.ok(flipped.done > 0 && flipped.done < images);
  assert.equal(await sourcesStanding(bench), images);

  const report = await undoExport(db, out);
  assert.deepEqual(report, { restored: images, removed: 0, left: [], leftCount: 0 });
  for (const [i, file] of files.entries()) {
    // The same bytes lay at two places; one of the two was moved.
    assert.deepEqual(await readFile(file), bytes[i]);
    assert.equal((await stat(file)).mtimeMs, times[i]);
  }
  assert.deepEqual(await readdir(out), []);
  assert.equal(await count(db, `from winnow.exports where directory = $1`, [out]), 0);
  assert.equal((await execute(bench, 'INGEST', { paths: [join(folder, 'in')] })).skipped, files.length);
  await assert.rejects(undoExport(db, out), { code: 'NOT_FOUND' });
});

test('a move that was interrupted anywhere is finished by the next one', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 8));
  const bytes = await Promise.all(files.map((file) => readFile(file)));
  const model = await score(bench, new Map(files.map((file) => [file, 0.6])));
  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' });
  await setThreshold(db, { modelId: model.id, value: 0.9, who: 'me' });

  // Each file as a kill would leave it: what was to be done is written down, the file is half-way or there.
  const at = (where: 'ok' | 'ng', i: number) => join(out, where, basename(files[i]));
  await rename(at('ok', 0), at('ng', 0)); // moved, not noted
  await link(at('ok', 1), at('ng', 1)); // linked, not unlinked
  await copyFile(at('ok', 2), at('ng', 2)); // copied across file systems, original still there
  await writeFile(join(out, 'ng', `.winnow-${'0'.repeat(32)}.tmp`), 'half'); // half copied
  await rename(at('ok', 4), files[4]); // back at its source: as if it had never been moved
  await rename(at('ok', 5), files[5]);
  await link(files[5], at('ng', 5)); // its first move, linked, not unlinked
  await rows(db, `update winnow.export_files set placed_at = null, verdict = 'NG'`);
  // 4 and 5 are in their first move: the catalog still knows them at their sources.
  for (const i of [4, 5]) {
    await rows(db, `update winnow.sources set uri = $1 where uri = $2 and replaced_at is null`, [
      files[i],
      at('ok', i),
    ]);
  }

  const run = await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' });
  assert.deepEqual([run.state, run.done, run.failed], ['SUCCEEDED', 8, 0]);
  assert.deepEqual([...(await standing(out)).keys()], files.map((file) => `ng/${basename(file)}`).sort());
  assert.deepEqual(await readdir(join(folder, 'in')), []);
  assert.equal(await sourcesStanding(bench), 8);
  assert.equal((await undoExport(db, out)).restored, 8);
  for (const [i, file] of files.entries()) assert.deepEqual(await readFile(file), bytes[i]);
});

test('undoing never overwrites, never removes what is not ours, and says what it left', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 6));
  const bytes = await Promise.all(files.map((file) => readFile(file)));
  await score(bench, new Map(files.map((file) => [file, 0.6])));
  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' });
  const at = (i: number) => join(out, 'ok', basename(files[i]));
  await writeFile(files[0], 'something new'); // stands in the way
  await writeFile(at(1), 'retouched'); // not the exported image any more
  await rm(at(2)); // gone
  await writeFile(files[3], bytes[3]); // the very same bytes are back already
  await rm(dirname(files[0]) + '/none', { force: true });
  const report = await undoExport(db, out);
  assert.deepEqual([report.restored, report.leftCount], [3, 3]);
  assert.deepEqual(
    report.left.map(({ path, reason }) => [path, /stands at|changed|not there/.exec(reason)?.[0]]).sort(),
    [
      [at(0), 'stands at'],
      [at(1), 'changed'],
      [at(2), 'not there'],
    ].sort(),
  );
  assert.equal(await readFile(files[0], 'utf8'), 'something new');
  assert.deepEqual(await readFile(at(0)), bytes[0]);
  assert.equal(await readFile(at(1), 'utf8'), 'retouched');
  for (const i of [3, 4, 5]) assert.deepEqual(await readFile(files[i]), bytes[i]);

  // With the obstacle gone, the rest goes back.
  await unlink(files[0]);
  assert.equal((await undoExport(db, out)).restored, 1);
  assert.deepEqual(await readFile(files[0]), bytes[0]);
});

test('undoing a copy takes the copies away, but not the last one', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 4));
  await score(bench, new Map(files.map((file, i) => [file, i / 4])));
  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out });
  const soft = join(folder, 'soft');
  await execute(bench, 'EXPORT', { directory: soft, mode: 'SYMLINK' });
  assert.equal((await undoExport(db, soft)).removed, 4);
  assert.deepEqual(await readdir(soft), []);

  await rm(files[0]);
  await writeFile(join(out, 'mine.txt'), 'mine');
  const report = await undoExport(db, out);
  assert.deepEqual([report.removed, report.leftCount], [3, 1]);
  assert.match(report.left[0].reason, /only copy/);
  assert.ok(await exists(join(out, 'ng', basename(files[0]))));
  assert.equal(await readFile(join(out, 'mine.txt'), 'utf8'), 'mine');
  for (const file of files.slice(1)) assert.ok(await exists(file));
});

test('a move can be undone from its manifest when the catalog is lost, if that is asked for', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 3));
  const bytes = await Promise.all(files.map((file) => readFile(file)));
  await score(bench, new Map(files.map((file) => [file, 0.6])));
  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out, mode: 'MOVE' });
  await rows(db, 'delete from winnow.exports');
  await assert.rejects(undoExport(db, out), { code: 'NOT_FOUND' });

  // A manifest that names files outside of the export is not believed.
  const good = await readFile(join(out, 'manifest.jsonl'), 'utf8');
  const [line] = await manifest(out);
  await writeFile(join(out, 'manifest.jsonl'), `${JSON.stringify({ ...line, file: '../in/x' })}\n`);
  await assert.rejects(undoExport(db, out, { withoutCatalog: true }), { code: 'BAD_INPUT' });
  await writeFile(join(out, 'manifest.jsonl'), good);
  assert.equal((await undoExport(db, out, { withoutCatalog: true })).restored, 3);
  for (const [i, file] of files.entries()) assert.deepEqual(await readFile(file), bytes[i]);
});

test('an export whose folders were taken away is undone as far as can be', async (t) => {
  const bench = await openBenchWithWorker(t);
  const { db, folder } = bench;
  const files = await copyInto(join(folder, 'in'), await emoji('any', 2));
  await score(bench, new Map(files.map((file) => [file, 0.6])));
  const out = join(folder, 'out');
  await execute(bench, 'EXPORT', { directory: out });
  await rm(out, { recursive: true });
  assert.deepEqual(await undoExport(db, out), { restored: 0, removed: 0, left: [], leftCount: 0 });
  await mkdir(out);
  assert.equal((await execute(bench, 'EXPORT', { directory: out })).done, 2);
});

/** Images with a current source at which there is a file. */
async function sourcesStanding({ db, collectionId }: Bench): Promise<number> {
  const found = await rows<{ imageId: number; uri: string }>(
    db,
    `select s.image_id as "imageId", s.uri from winnow.sources s join winnow.collection_images c using (image_id)
     where c.collection_id = $1 and s.replaced_at is null`,
    [collectionId],
  );
  const there = new Set<number>();
  for (const { imageId, uri } of found) if (await exists(uri)) there.add(imageId);
  return there.size;
}
