import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Screening } from '../../src/cli/screen-report.js';
import { requestRun } from '../../src/runs/request.js';
import { freshDatabase } from '../support/database.js';
import { copyPictures, temporaryFolder, winnow, writeLabels } from './winnow.js';

test('screen goes from a folder to ok/ and ng/, and the other commands go on from there', async (t) => {
  const home = await temporaryFolder(t);
  const db = await freshDatabase(t);
  const { url } = db;
  const settings = { WINNOW_HOME: home, DATABASE_URL: url };
  const run = async (...args: string[]) => {
    const ended = await winnow(args, settings);
    assert.equal(ended.code, 0, `${args.join(' ')}: ${ended.stderr}`);
    return ended;
  };
  const json = async <T>(...args: string[]) => JSON.parse((await run(...args, '--json')).stdout) as T;

  const folder = join(home, 'pictures');
  const all = await copyPictures(folder, 32);
  const kinds = [all.slice(0, 32), all.slice(32)];
  await writeLabels(
    join(home, 'labels.csv'),
    kinds.flatMap((kind) => kind.slice(0, 16)),
  );
  // Answers for the labelled ones as well, all of them wrong: they must not count.
  await writeLabels(join(home, 'answers.csv'), [
    ...kinds.flatMap((kind) => kind.slice(16)),
    ...kinds.flatMap((kind) => kind.slice(0, 16).map(([name, person]): [string, boolean] => [name, !person])),
    ['not-there.webp', true],
  ]);
  const out = join(home, 'out');

  await t.test('a folder that cannot be exported to is refused before anything is read', async () => {
    const { code, stderr } = await winnow(['screen', folder, '--out', join(home, 'labels.csv', 'out')], settings);
    assert.deepEqual(
      [code, /^winnow: BAD_INPUT: .*labels\.csv.*a file stands there\.$/m.test(stderr)],
      [2, true],
      stderr,
    );
    const taken = await winnow(['screen', folder, '--out', folder], settings);
    assert.match(taken.stderr, /^winnow: EXPORT_DIRECTORY_TAKEN/);
  });

  await t.test('--json gives the stages, the counts and the judgement', async () => {
    const files = ['--labels', join(home, 'labels.csv'), '--answers', join(home, 'answers.csv')];
    const screening = await json<Screening>(
      'screen',
      folder,
      ...files,
      '--threshold',
      '0.65',
      '--out',
      out,
      '--seed',
      '3',
    );
    assert.deepEqual(
      screening.stages.map(({ stage, state, failed }) => [stage, state, failed]),
      ['INGEST', 'EMBED', 'TRAIN', 'CLASSIFY', 'EXPORT'].map((stage) => [stage, 'SUCCEEDED', 0]),
    );
    const { model, counts, flips, answers } = screening;
    assert.deepEqual([model.number, model.positives, model.negatives], [1, 16, 16]);
    const [at65, at50] = counts;
    assert.equal(at65.ok + at65.ng, 64);
    assert.equal(at65.labelled, 32);
    assert.equal(at50.ok - at65.ok, flips.toNg);
    assert.ok(answers);
    assert.deepEqual([answers.images, answers.positives], [32, 16]);
    assert.deepEqual(answers.aside, { labelled: 32, unmatched: 1, contradicted: 0, unscored: 0, unreadable: 0 });
    assert.ok(answers.auc !== null && answers.auc > 0.75, `AUC ${answers.auc}`);
    assert.equal((await readdir(join(out, 'ok'))).length, at65.ok);
    assert.equal((await readdir(join(out, 'ng'))).length, at65.ng);
  });

  await t.test('a second screening reads nothing again, and keeps the threshold that was set', async () => {
    const { stdout, stderr } = await run('screen', folder, '--labels', join(home, 'labels.csv'));
    assert.doesNotMatch(stderr, /from before/);
    assert.match(stdout, /^ingest +0 +64 /m);
    assert.match(stdout, /^Model v2 of default: LINEAR head on 16 positive and 16 negative labels.* AUC 0\.\d+\.$/m);
    assert.match(stdout, /^Threshold 0\.\d+: carried over from v1, where .* had it at 0\.65/m);
    assert.doesNotMatch((await run('threshold')).stdout, /winnow screen/);
  });

  await t.test('it warns of labels that were not given; what an earlier command left is finished first', async () => {
    const left = await requestRun(db, { collection: 'default', stage: 'RESIZE', options: {}, requestedBy: 'test' });
    const { stderr } = await run('screen', folder, '--threshold', '0.5', '--answers', join(home, 'labels.csv'));
    assert.match(
      stderr,
      new RegExp(`^Run ${left.id} \\(RESIZE\\) was asked for before and is not over: it goes first\\.$`, 'm'),
    );
    assert.match(stderr, /holds 32 labels from before/);
  });

  await t.test('the threshold is set and shown', async () => {
    const set = await json<{ before: number; threshold: number; ok: number }>(
      'threshold',
      'set',
      '0.9',
      '--note',
      'strict',
    );
    assert.deepEqual([set.before, set.threshold], [0.5, 0.9]);
    const { stdout } = await run('threshold');
    assert.match(stdout, /^0\.9 .* strict$/m);
    assert.match(stdout, /^0\.5 /m);
    await json('threshold', 'set', '0.2', '--model', 'v1');
  });

  await t.test(
    'a promoted model is in force for every command; another screening goes by the model it trained',
    async () => {
      await run('models', 'promote', '1');
      const shown = async (...args: string[]) => (await json<{ model: number }>(...args)).model;
      assert.equal(await shown('threshold'), 1);
      assert.equal(await shown('images'), 1);
      assert.equal(await shown('threshold', '--model', 'latest'), 3);
      const again = await json<Screening>('screen', folder);
      assert.equal(again.model.number, 4);
      assert.deepEqual(again.stages.map(({ outcome }) => outcome.model).filter(Boolean), [4, 4]);
      const { stdout } = await run('train', '--epochs', '2');
      assert.match(stdout, /^Model v5 has scored no image yet .* v1 is\. Next: winnow classify --model 5$/m);
      const half = await run('export', join(home, 'half'), '--model', '5');
      assert.match(half.stdout, /: 32 done in /);
      assert.match(
        half.stderr,
        /^32 images have no label and no score by model v5, and are left out\. Run winnow classify --model 5$/m,
      );
      assert.equal(
        (await json<{ run: { outcome: { model: number } } }>('classify', '--model', 'latest')).run.outcome.model,
        5,
      );
      await run('models', 'promote', '2');
    },
  );

  await t.test('images are listed page by page, each once', async () => {
    const seen: string[] = [];
    for (let after: string[] = [], more = true; more;) {
      const page = await json<{ images: { sha256: string; score: number }[]; next: string | null }>(
        'images',
        '--first',
        '25',
        ...after,
      );
      seen.push(...page.images.map(({ sha256 }) => sha256));
      more = page.next !== null;
      after = ['--after', page.next ?? ''];
    }
    assert.equal(seen.length, 64);
    assert.equal(new Set(seen).size, 64);
  });

  await t.test('runs are listed and shown', async () => {
    const { runs } = await json<{ runs: { id: number; stage: string }[] }>('runs', 'list', '--stage', 'train');
    assert.deepEqual(
      runs.map(({ stage }) => stage),
      ['TRAIN', 'TRAIN', 'TRAIN', 'TRAIN', 'TRAIN'],
    );
    assert.match((await run('runs', 'show', String(runs[0].id))).stdout, /^state +SUCCEEDED$/m);
    const { code, stderr } = await winnow(['runs', 'show', '999'], settings);
    assert.deepEqual([code, stderr], [1, 'winnow: NOT_FOUND: There is no run 999.\n']);
  });

  await t.test('an export is undone', async () => {
    await run('export', '--undo', out);
    await assert.rejects(readdir(join(out, 'ok')), { code: 'ENOENT' });
    assert.equal((await readdir(folder)).length, 64);
  });
});

test('what screen cannot go on without is said before the work', async (t) => {
  const home = await temporaryFolder(t);
  const { url } = await freshDatabase(t);
  const folder = join(home, 'pictures');
  const [[first], [second]] = await copyPictures(folder, 2);
  const labels = join(home, 'labels.csv');
  const refused = async (args: string[], code: number, stderr: RegExp) => {
    const ended = await winnow(['screen', ...args], { WINNOW_HOME: home, DATABASE_URL: url });
    assert.deepEqual([ended.code, ended.stdout], [code, ''], ended.stderr);
    assert.match(ended.stderr, stderr);
  };
  const ways = /^winnow: TOO_FEW_LABELS: .*--labels.*--positive.*Label page/;
  await refused([folder], 1, ways);
  await refused([folder, '--positive', folder], 1, /^winnow: ONE_CLASS_ONLY: All labels are POSITIVE/);
  await refused([folder, '--labels', join(home, 'none.csv')], 2, /^winnow: BAD_INPUT: There is no labels file /);
  await writeFile(labels, 'file,class\na.jpg,1\n');
  await refused([folder, '--labels', labels], 2, /^winnow: BAD_INPUT: .*path,label/);
  await writeLabels(labels, [['not-there.webp', true]]);
  await refused([folder, '--labels', labels], 1, /^(?![^]*resize)[^]*1 LABEL_UNMATCHED[^]*^winnow: TOO_FEW_LABELS: /m);
  await writeLabels(labels, [
    [first, true],
    [second, false],
  ]);
  await refused([labels, '--labels', labels], 1, /^winnow: NOT_FOUND: No image was found in .*labels\.csv\.$/m);
});
