import { createHash } from 'node:crypto';

import type { DataSource } from 'typeorm';

import { ensureCollection } from '../../src/catalog/collections.js';
import { recordFailures } from '../../src/catalog/failures.js';
import { ensureBackbone } from '../../src/catalog/features.js';
import { setLabels } from '../../src/catalog/labels.js';
import { recordEpoch, recordModel } from '../../src/catalog/models.js';
import { recordImages } from '../../src/catalog/record-images.js';
import { createRun, finishRun, startRun } from '../../src/catalog/runs.js';
import { attachScores, copyScores, createScoreTable } from '../../src/catalog/scores.js';
import { uncalibrated } from '../../src/ml/calibration.js';

export interface FilledCatalog {
  collectionId: number;
  modelId: number;
  trainRunId: number;
  ingestRunId: number;
  /** In order of their scores: image i of n has the score (i + 0.5) / n. */
  imageIds: number[];
}

/**
 * A collection as it is after ingest, training and classifying: n images, the first and the last one labelled against
 * their scores, every tenth one found at two places, three failures.
 */
export async function fillCatalog(db: DataSource, n: number, name = 'people'): Promise<FilledCatalog> {
  const collection = await ensureCollection(db, name, 'Is this a person?');
  const collectionId = collection.id;
  const requestedBy = 'test';
  return db.transaction(async (tx) => {
    const ingest = await createRun(tx, { collectionId, stage: 'INGEST', options: {}, requestedBy });
    await startRun(tx, ingest.id, n);
    const byUri = await recordImages(tx, collectionId, files(n, name));
    const imageIds = Array.from({ length: n }, (_, i) => byUri.get(`/pictures/${name}/${i}.jpg`)!);
    const failures = [0, 1, 2].map((i) => ({
      uri: `/pictures/${name}/bad${i}.jpg`,
      code: 'CORRUPT' as const,
      message: 'Cut.',
    }));
    await recordFailures(tx, { runId: ingest.id, stage: 'INGEST', failures });
    await recordFailures(tx, {
      runId: ingest.id,
      stage: 'RESIZE',
      failures: imageIds.slice(0, 5).map((imageId) => ({ imageId, code: 'VANISHED' as const, message: 'Gone.' })),
    });
    await finishRun(tx, ingest.id, 'SUCCEEDED', { outcome: { images: n } });
    await setLabels(tx, {
      collectionId,
      labels: [
        { imageId: imageIds[0], value: 'POSITIVE' },
        { imageId: imageIds[n - 1], value: 'NEGATIVE' },
      ],
      origin: 'HAND',
      who: 'ann',
    });

    const train = await createRun(tx, { collectionId, stage: 'TRAIN', options: { head: 'LINEAR' }, requestedBy });
    await startRun(tx, train.id, 2);
    for (const epoch of [1, 2, 3]) {
      const figures = {
        loss: 1 / epoch,
        validationLoss: 1 / epoch,
        validationAuc: 0.9,
        validationAccuracy: 0.8,
        seconds: 0.1,
      };
      await recordEpoch(tx, train.id, { epoch, ...figures });
    }
    const backbone = await ensureBackbone(tx, {
      name: 'test',
      fingerprint: 'f'.repeat(64),
      size: 224,
      dimensions: 4,
      spec: {},
    });
    const model = await recordModel(tx, {
      collectionId,
      backboneId: backbone.id,
      runId: train.id,
      head: 'LINEAR',
      options: { epochs: 3 },
      fingerprint: 'e'.repeat(64),
      labelsDigest: 'd'.repeat(64),
      directory: `models/${train.id}`,
      chosenEpoch: 3,
      metrics: { validationAuc: 0.9, validationRecall: null },
      labels: [],
      calibration: uncalibrated(),
    });
    await finishRun(tx, train.id, 'SUCCEEDED', {});

    const classify = await createRun(tx, { collectionId, stage: 'CLASSIFY', options: {}, requestedBy });
    const table = await createScoreTable(tx, classify.id);
    const scores = Float32Array.from(imageIds, (_, i) => (i + 0.5) / n);
    const logits = scores.map((score) => Math.log(score / (1 - score)));
    await copyScores(tx, table, model.id, Int32Array.from(imageIds), logits, scores);
    await attachScores(tx, { runId: classify.id, modelId: model.id });
    await finishRun(tx, classify.id, 'SUCCEEDED', {});
    return { collectionId, modelId: model.id, trainRunId: train.id, ingestRunId: ingest.id, imageIds };
  });
}

function files(n: number, name: string) {
  const numbers = Array.from({ length: n }, (_, i) => i);
  const file = (uri: string, i: number) => ({
    uri,
    bytes: 1000 + i,
    modifiedAt: new Date('2024-05-06T07:08:09Z'),
    refused: null,
    facts: {
      sha256: createHash('sha256').update(`${name} ${i}`).digest('hex'),
      bytes: 1000 + i,
      format: 'JPEG' as const,
      width: 640,
      height: 480,
      orientation: 1,
      frames: 1,
      phash: BigInt(i),
    },
  });
  return [
    ...numbers.map((i) => file(`/pictures/${name}/${i}.jpg`, i)),
    ...numbers.filter((i) => i % 10 === 0).map((i) => file(`/pictures/${name}/copies/${i}.jpg`, i)),
  ];
}
