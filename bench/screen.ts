import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { drawLabels, type Key } from '../demo/pictures.js';
import type { Screening } from '../src/cli/screen-report.js';
import { pictureFiles, pictureFolder } from './pictures.js';
import { median, report, type Figure, type Report } from './report.js';

const WINNOW = fileURLToPath(new URL('../bin/winnow.js', import.meta.url));
const SEEDS = [1, 2, 3];
/** Labels of each kind, drawn at random; all other pictures are answers. */
const LABELS = 100;

/** A question: what counts as a yes, by the folder that a picture lies in, and the AUC that is wanted. */
const QUESTIONS: Record<string, { folders: string[]; wanted: number }> = {
  shoes: { folders: ['shoes'], wanted: 0.99 },
  pants: { folders: ['pants'], wanted: 0.98 },
  dressOrSkirt: { folders: ['dress', 'skirt'], wanted: 0.88 },
};

/**
 * `winnow screen` as anybody would call it, on photographs of clothes in a folder for each kind: 100 + 100 labels, the
 * rest answers. AUC on the answers, the median of three draws.
 */
export async function screen({ pictures }: { pictures?: string }): Promise<Report> {
  const folder = await pictureFolder(pictures);
  const names = (await pictureFiles(folder)).map((file) => relative(folder, file));
  const home = await mkdtemp(join(tmpdir(), 'winnow-bench-'));
  try {
    const figures: Record<string, Figure> = {};
    for (const [question, { folders, wanted }] of Object.entries(QUESTIONS)) {
      const key: Key = new Map(names.map((name) => [name, folders.includes(name.split('/')[0])]));
      const aucs: number[] = [];
      for (const seed of SEEDS) {
        const auc = await ask(home, folder, key, `${question}-${seed}`, seed);
        console.log(`${question}, seed ${seed}: AUC ${auc.toFixed(4)}`);
        aucs.push(auc);
      }
      figures[question] = { value: median(aucs), unit: 'AUC', limit: wanted, least: wanted };
    }
    return report('screen', figures);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** One draw, in a collection of its own: pictures are read and letterboxed in the first one only. */
async function ask(home: string, folder: string, key: Key, collection: string, seed: number): Promise<number> {
  const labels = drawLabels([...key.keys()], key, LABELS, seed);
  const answers = [...key].filter(([name]) => !labels.has(name));
  const files = { labels: join(home, `${collection}-labels.csv`), answers: join(home, `${collection}-answers.csv`) };
  await writeFile(files.labels, csv(labels));
  await writeFile(files.answers, csv(answers));
  const given = ['--collection', collection, '--labels', files.labels, '--answers', files.answers];
  const { stdout } = await promisify(execFile)(process.execPath, [WINNOW, 'screen', folder, ...given, '--json'], {
    env: { ...process.env, WINNOW_HOME: home, DATABASE_URL: '' },
    maxBuffer: 2 ** 26,
  });
  const judged = (JSON.parse(stdout) as Screening).answers;
  if (judged?.auc == null) throw new Error(`no AUC for ${collection}`);
  return judged.auc;
}

function csv(labels: Iterable<[string, boolean]>): string {
  return ['path,label', ...Array.from(labels, ([name, yes]) => `${name},${yes ? 'positive' : 'negative'}`), ''].join(
    '\n',
  );
}
