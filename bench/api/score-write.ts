import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';

import { from as copyFrom } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';

import { createRun } from '../../src/catalog/runs.js';
import { attachScores, copyScores, createScoreTable, dropScores } from '../../src/catalog/scores.js';
import { rows, transactionClient } from '../../src/db.js';
import { against, median, type Figure } from '../report.js';
import { bimodalScores, type Scored } from './bimodal.js';
import type { Filled } from './fill.js';

const ROUNDS = 3;
/** Rows in a transaction, as many as CLASSIFY scores at a time. */
const CHUNK_ROWS = 4_096;
/** A model of this number has no row in models; scores ask for none. */
const NO_MODEL = 2_000_000_000;
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/**
 * Score rows a second into the catalog, from typed arrays to what readers see: `createScoreTable`, a transaction with
 * `copyScores` for every 4,096 rows, `attachScores` (keys, index, statistics, histogram, swap). Held against one COPY of
 * the same rows, made ready as bytes before, into a new partition of winnow.scores (which has its key and its index,
 * as a partition must) and nothing else. The third one is the same COPY into a table without key and index.
 */
export async function scoreWriteFigures(
  dataSource: DataSource,
  { collectionId, images }: Filled,
  most: number,
): Promise<Record<string, Figure>> {
  const scored = bimodalScores(1, Math.min(images, most), 11);
  const bytes = encode(scored);
  const ms = { ours: [] as number[], partition: [] as number[], bare: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    ms.ours.push(await write(dataSource, collectionId, scored));
    ms.partition.push(await copyAlone(dataSource, bytes, `partition of winnow.scores for values in (${NO_MODEL})`));
    ms.bare.push(await copyAlone(dataSource, bytes, '(like winnow.scores including constraints)'));
  }
  const [ours, partition, bare] = [ms.ours, ms.partition, ms.bare].map(
    (taken) => (scored.scores.length / median(taken)) * 1000,
  );
  return {
    scoreWrite: against(ours, partition, 'rows/s, against COPY into a new partition', { least: 0.7 }),
    scoreWriteBare: against(ours, bare, 'rows/s, against COPY into a table without key and index'),
  };
}

async function write(dataSource: DataSource, collectionId: number, scored: Scored): Promise<number> {
  const run = { collectionId, stage: 'CLASSIFY' as const, options: {}, requestedBy: 'bench' };
  const { id: runId } = await dataSource.transaction((tx) => createRun(tx, run));
  const [{ id: modelId }] = await rows<{ id: number }>(
    dataSource,
    `insert into winnow.models (collection_id, number, backbone_id, run_id, head, options, fingerprint, labels_digest, directory, positives, negatives, chosen_epoch, metrics, calibration)
     select collection_id, 1000000 + $1::integer, backbone_id, $1::integer, head, options, fingerprint, labels_digest, directory, positives, negatives, chosen_epoch, metrics, calibration
       from winnow.models limit 1 returning id`,
    [runId],
  );
  await rows(dataSource, 'checkpoint');
  const begun = performance.now();
  await writeScores(dataSource, runId, modelId, scored, CHUNK_ROWS);
  const taken = performance.now() - begun;
  await dataSource.transaction(async (tx) => {
    await dropScores(tx, modelId);
    await rows(tx, 'delete from winnow.models where id = $1', [modelId]);
  });
  return taken;
}

/** What a CLASSIFY run does with its scores. */
export async function writeScores(
  dataSource: DataSource,
  runId: number,
  modelId: number,
  { imageIds, logits, scores }: Scored,
  chunk: number,
): Promise<void> {
  const table = await createScoreTable(dataSource, runId);
  for (let at = 0; at < imageIds.length; at += chunk) {
    const end = at + chunk;
    await dataSource.transaction((tx) =>
      copyScores(tx, table, modelId, imageIds.subarray(at, end), logits.subarray(at, end), scores.subarray(at, end)),
    );
  }
  await dataSource.transaction((tx) => attachScores(tx, { runId, modelId }));
}

async function copyAlone(dataSource: DataSource, bytes: Buffer, definition: string): Promise<number> {
  await rows(dataSource, `create table winnow.scores_bench ${definition}`);
  await rows(dataSource, 'checkpoint');
  const begun = performance.now();
  await dataSource.transaction(async (tx) => {
    const sql = 'copy winnow.scores_bench (model_id, image_id, logit, score) from stdin with (format binary)';
    const sink = (await transactionClient(tx)).query(copyFrom(sql));
    await pipeline(Readable.from(blocks(bytes)), sink);
  });
  const taken = performance.now() - begun;
  await rows(dataSource, 'drop table winnow.scores_bench');
  return taken;
}

function* blocks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** A binary COPY stream of rows (model, image, logit, score). */
function encode({ imageIds, logits, scores }: Scored): Buffer {
  const bytes = Buffer.alloc(HEADER.length + imageIds.length * 34 + 2);
  let at = HEADER.copy(bytes);
  for (let i = 0; i < imageIds.length; i += 1) {
    at = bytes.writeInt16BE(4, at);
    at = bytes.writeInt32BE(NO_MODEL, bytes.writeInt32BE(4, at));
    at = bytes.writeInt32BE(imageIds[i], bytes.writeInt32BE(4, at));
    at = bytes.writeFloatBE(logits[i], bytes.writeInt32BE(4, at));
    at = bytes.writeFloatBE(scores[i], bytes.writeInt32BE(4, at));
  }
  bytes.writeInt16BE(-1, at);
  return bytes;
}
