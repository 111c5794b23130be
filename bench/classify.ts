import { readFile, rename } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

import { ensureCollection } from '../src/catalog/collections.js';
import { rows } from '../src/db.js';
import { BUILT_IN, describeBackbone } from '../src/ml/backbones.js';
import { startWorker } from '../src/runs/start-worker.js';
import { trainSomeModel } from './model.js';
import { pictureFiles, pictureFolder } from './pictures.js';
import { against, median, report, type Report } from './report.js';
import { COLLECTION, execute, secondsOf, withScratch, type Scratch } from './scratch.js';

const ROUNDS = 3;
const SIZE = 224;
/** Two GTX 1080s with VGG16, the figure this project started from. */
const SEED_IMAGES_PER_SECOND = 25;

/**
 * A CLASSIFY run from files to rows (read, decode, letterbox, features, score, rows written; nothing made before), held
 * against 1 / (1/a + 1/b): a is sharp alone decoding and letterboxing the same files, b ONNX Runtime alone on ready
 * tensors, each with all cores. The three take turns; medians of the rounds.
 */
export async function classify({ pictures }: { pictures?: string }): Promise<Report> {
  const files = await pictureFiles(await pictureFolder(pictures));
  return withScratch(async (scratch) => {
    const { dataSource, config } = scratch;
    await ensureCollection(dataSource, COLLECTION);
    const worker = await startWorker(dataSource, config);
    try {
      await execute(scratch, 'INGEST', { paths: files });
      await trainSomeModel(scratch);
      const rates = { sharp: [] as number[], network: [] as number[], endToEnd: [] as number[] };
      for (let round = 1; round <= ROUNDS; round += 1) {
        rates.sharp.push(await sharpAlone(files));
        rates.network.push(await networkAlone(scratch, files));
        await forget(scratch, round);
        const run = await execute(scratch, 'CLASSIFY', { mode: 'ALL' });
        rates.endToEnd.push(run.done / secondsOf(run));
        console.log(
          `round ${round}: sharp ${rates.sharp.at(-1)?.toFixed(0)}, network ${rates.network.at(-1)?.toFixed(0)}, end to end ${rates.endToEnd.at(-1)?.toFixed(0)} img/s`,
        );
      }
      const [a, b, endToEnd] = [rates.sharp, rates.network, rates.endToEnd].map(median);
      return report('classify', {
        sharpAlone: { value: a, unit: 'img/s' },
        onnxRuntimeAlone: { value: b, unit: 'img/s' },
        endToEnd: against(endToEnd, 1 / (1 / a + 1 / b), 'img/s', { least: 0.8 }),
        seed: { value: SEED_IMAGES_PER_SECOND, unit: 'img/s on two GTX 1080s, VGG16' },
      });
    } finally {
      await worker.stop();
    }
  });
}

/**
 * Everything the stages made before scoring is out of sight: squares and features. The squares are moved away, not deleted:
 * ext4 is slow to make new files for some seconds after it has deleted thousands.
 */
async function forget({ dataSource, config }: Scratch, round: number): Promise<void> {
  await rows(dataSource, 'truncate winnow.features');
  await rename(join(config.home, 'squares'), join(config.home, `squares-before-round-${round}`));
}

async function sharpAlone(files: string[]): Promise<number> {
  const begun = performance.now();
  await inParallel(files, 2 * availableParallelism(), async (file) => {
    await sharp(await readFile(file))
      .autoOrient()
      .resize(SIZE, SIZE, { fit: 'contain', position: 'left top', background: '#000' })
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .raw()
      .toBuffer();
  });
  return files.length / ((performance.now() - begun) / 1000);
}

async function networkAlone({ config }: Scratch, files: string[]): Promise<number> {
  const batch = 8;
  const { fingerprint } = await describeBackbone(BUILT_IN[0], config);
  const path = join(config.home, 'backbones', `${fingerprint}.onnx`);
  const session = await InferenceSession.create(path, {
    intraOpNumThreads: availableParallelism(),
    logSeverityLevel: 3,
  });
  const square = await sharp(files[0]).resize(SIZE, SIZE).toColourspace('srgb').removeAlpha().raw().toBuffer();
  const pixels = new Uint8Array(batch * square.length);
  for (let i = 0; i < batch; i += 1) pixels.set(square, i * square.length);
  const feeds = { [session.inputNames[0]]: new Tensor('uint8', pixels, [batch, SIZE, SIZE, 3]) };
  await session.run(feeds);
  const begun = performance.now();
  for (let done = 0; done < files.length; done += batch) await session.run(feeds);
  const seconds = (performance.now() - begun) / 1000;
  await session.release();
  return (Math.ceil(files.length / batch) * batch) / seconds;
}

async function inParallel<T>(items: T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
