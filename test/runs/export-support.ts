import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createRun } from '../../src/catalog/runs.js';
import { ensureBackbone } from '../../src/catalog/features.js';
import { imagesByUri } from '../../src/catalog/labels.js';
import { recordModel } from '../../src/catalog/models.js';
import { attachScores, copyScores, createScoreTable } from '../../src/catalog/scores.js';
import { uncalibrated } from '../../src/ml/calibration.js';
import type { Model } from '../../src/entities/index.js';
import { execute, type Bench } from './support.js';

/** Ingests files and gives them scores, as a model and a CLASSIFY run would have. */
export async function score(bench: Bench, scores: ReadonlyMap<string, number>): Promise<Model> {
  const { db, collectionId } = bench;
  if (scores.size > 0) await execute(bench, 'INGEST', { paths: [...scores.keys()] });
  const images = await imagesByUri(db, collectionId, [...scores.keys()]);
  const { id: backboneId } = await ensureBackbone(db, {
    name: 'x',
    fingerprint: 'x',
    size: 1,
    dimensions: 1,
    spec: {},
  });
  return db.transaction(async (tx) => {
    const run = await createRun(tx, { collectionId, stage: 'TRAIN', options: {}, requestedBy: 'test' });
    await tx.query(`update winnow.runs set state = 'SUCCEEDED', finished_at = now() where id = $1`, [run.id]);
    const model = await recordModel(tx, {
      collectionId,
      backboneId,
      runId: run.id,
      head: 'LINEAR',
      options: {},
      fingerprint: 'f',
      labelsDigest: 'd',
      directory: 'models/x',
      chosenEpoch: 1,
      metrics: {},
      labels: [],
      calibration: uncalibrated(),
    });
    const byImage = new Map([...scores].map(([path, value]) => [images.get(path)!, value]));
    const values = Float32Array.from(byImage.values());
    const table = await createScoreTable(tx, run.id);
    await copyScores(tx, table, model.id, Int32Array.from(byImage.keys()), values, values);
    await attachScores(tx, { runId: run.id, modelId: model.id });
    return model;
  });
}

/** What stands in an export, `ok/<name>` and `ng/<name>`, with inode and modification time: equal means untouched. */
export async function standing(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of ['ng', 'ok']) {
    for (const name of (await readdir(join(directory, folder))).sort()) {
      const { ino, mtimeMs } = await lstat(join(directory, folder, name));
      found.set(`${folder}/${name}`, `${ino} ${mtimeMs}`);
    }
  }
  return found;
}

export async function manifest(directory: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(directory, 'manifest.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
