import { ensureCollection } from '../src/catalog/collections.js';
import { setLabels } from '../src/catalog/labels.js';
import { findModel } from '../src/catalog/models.js';
import { rows } from '../src/db.js';
import { sigmoid } from '../src/ml/metrics.js';
import { createRandom } from '../src/ml/random.js';
import { brier, calibrationError } from '../src/ml/reliability.js';
import { startWorker } from '../src/runs/start-worker.js';
import { pictureFolder } from './pictures.js';
import { against, report, type Figure, type Report } from './report.js';
import { COLLECTION, execute, withScratch, type Scratch } from './scratch.js';

/** Kinds of garments that leave enough positives beside 100 labelled ones. */
const QUESTIONS = ['pants', 't-shirt', 'longsleeve', 'shirt', 'dress'];
const LABELS = 100;
const POSITIVE_SHARE = 0.05;

/**
 * Expected calibration error on scrapes of which 5% are positive, labelled 100 + 100: by calibrated scores, held against that by
 * the sigmoid of the logit. Photographs with a folder a kind; every score is of an image without a label.
 */
export async function calibration({ pictures }: { pictures?: string }): Promise<Report> {
  const folder = await pictureFolder(pictures);
  return withScratch(async (scratch) => {
    const worker = await startWorker(scratch.dataSource, scratch.config);
    try {
      await ensureCollection(scratch.dataSource, COLLECTION);
      await execute(scratch, 'INGEST', { paths: [folder] });
      await execute(scratch, 'EMBED', {});
      const figures: Record<string, Figure> = {};
      for (const question of QUESTIONS) figures[question] = await ask(scratch, question);
      return report('calibration', figures);
    } finally {
      await worker.stop();
    }
  });
}

async function ask(scratch: Scratch, question: string): Promise<Figure> {
  const { dataSource } = scratch;
  const found = await rows<{ id: number; positive: boolean }>(
    dataSource,
    `select distinct on (i.sha256) i.id, s.uri like $1 as positive
       from winnow.images i join winnow.sources s on s.image_id = i.id order by i.sha256`,
    [`%/${question}/%`],
  );
  const random = createRandom(1);
  const [positives, negatives] = [true, false].map((wanted) =>
    random.shuffle(found.filter(({ positive }) => positive === wanted).map(({ id }) => id)),
  );
  const labelled = [...positives.slice(0, LABELS), ...negatives.slice(0, LABELS)];
  const others = Math.min(
    positives.length - LABELS,
    ((negatives.length - LABELS) * POSITIVE_SHARE) / (1 - POSITIVE_SHARE),
  );
  const scrape = [
    ...positives.slice(LABELS, LABELS + Math.floor(others)),
    ...negatives.slice(LABELS, LABELS + Math.floor((others * (1 - POSITIVE_SHARE)) / POSITIVE_SHARE)),
  ];
  const { id: collectionId } = await ensureCollection(dataSource, question);
  await rows(
    dataSource,
    'insert into winnow.collection_images (collection_id, image_id) select $1::integer, * from unnest($2::integer[])',
    [collectionId, [...labelled, ...scrape]],
  );
  const labels = labelled.map((imageId, i) => ({
    imageId,
    value: i < LABELS ? ('POSITIVE' as const) : ('NEGATIVE' as const),
  }));
  await dataSource.transaction((tx) => setLabels(tx, { collectionId, labels, origin: 'HAND', who: 'bench' }));
  const train = await execute(scratch, 'TRAIN', {}, undefined, question);
  await execute(scratch, 'CLASSIFY', {}, undefined, question);
  const { modelId } = train.outcome as { modelId: number };
  const scores = await rows<{ id: number; logit: number; score: number }>(
    dataSource,
    'select image_id as id, logit, score from winnow.scores where model_id = $1 and image_id = any ($2)',
    [modelId, scrape],
  );
  const isPositive = new Set(positives);
  const judged = (score: (row: (typeof scores)[number]) => number) =>
    scores.map((row) => ({ score: score(row), label: isPositive.has(row.id) ? 1 : 0, weight: 1 }));
  const before = judged(({ logit }) => sigmoid(logit));
  const after = judged(({ score }) => score);
  const { balance, kind } = (await findModel(dataSource, modelId)).calibration;
  console.log(
    `${question}: ${scrape.length} unlabelled, ${Math.floor(others)} of them positive; ${kind}, balance estimated ${balance?.toFixed(3)}; ` +
      `Brier ${brier(before)?.toFixed(4)}, calibrated ${brier(after)?.toFixed(4)}`,
  );
  return against(calibrationError(after)!, calibrationError(before)!, 'expected calibration error', { most: 0.5 });
}
