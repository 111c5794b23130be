import { readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { InferenceSession, Tensor } from 'onnxruntime-node';

import { ensureCollection } from '../src/catalog/collections.js';
import { findQuantisation } from '../src/catalog/quantisations.js';
import { rows } from '../src/db.js';
import {
  BUILT_IN,
  describeBackbone,
  loadBackbone,
  type BackboneDefinition,
  type Precision,
} from '../src/ml/backbones.js';
import { networkPath } from '../src/ml/backbones/files.js';
import { addsBytesExactly } from '../src/ml/engine.js';
import { forTiles, multipliesTiles } from '../src/ml/quantise/tiles.js';
import { startWorker } from '../src/runs/start-worker.js';
import { writeVgg16Weights } from '../test/support/vgg16-weights.js';
import { aucFigures } from './models/auc.js';
import { pictureFiles, pictureFolder } from './pictures.js';
import { against, report, type Figure, type Report } from './report.js';
import { COLLECTION, execute, secondsOf, withScratch, type Scratch } from './scratch.js';

interface Part {
  readonly figure: string;
  readonly backbone: string;
  readonly precision: Precision;
  /** Pictures from files to features. */
  readonly pictures: number;
}

const PARTS: readonly Part[] = [
  { figure: 'mobilenetV3Fp32', backbone: 'mobilenet-v3', precision: 'FP32', pictures: 1024 },
  { figure: 'mobilenetV3Int8', backbone: 'mobilenet-v3', precision: 'INT8', pictures: 1024 },
  { figure: 'vgg16Fp32', backbone: 'vgg16', precision: 'FP32', pictures: 256 },
  { figure: 'vgg16Int8', backbone: 'vgg16', precision: 'INT8', pictures: 768 },
];
const BATCH = 8;
const RAW_MS = 8000;
const TENSORFLOW_SQUARES = 8;

/**
 * Each backbone in each precision: images a second from files to stored features, held against ONNX Runtime alone on ready
 * tensors, in the same run; TensorFlow.js's; and the AUC on questions about garments. VGG16 has seeded random weights, as large
 * as the real ones. `--only` takes figures, and `auc` with a figure's name behind a colon; `--home` keeps networks.
 */
export async function models({
  pictures,
  only,
  home,
}: {
  pictures?: string;
  only?: string[];
  home?: string;
}): Promise<Report> {
  const folder = await pictureFolder(pictures);
  return withScratch(async (scratch) => {
    const config = { ...scratch.config, vgg16Weights: await randomWeights(scratch.config.home) };
    const own: Scratch = { ...scratch, config };
    const worker = await startWorker(own.dataSource, config);
    const figures: Record<string, Figure> = {};
    try {
      for (const part of PARTS) {
        if (only?.includes(`auc:${part.figure}`)) Object.assign(figures, await aucFigures(own, folder, part));
        if (only === undefined || only.includes(part.figure)) Object.assign(figures, await speeds(own, folder, part));
      }
    } finally {
      await worker.stop();
    }
    const { vgg16Fp32: float, vgg16Int8: integers } = figures;
    if (float && integers) {
      figures.vgg16Int8OnnxRuntime = { ...integers };
      figures.vgg16Int8 = against(integers.value, float.value, 'img/s, held against FP32', { least: 3 });
    }
    return report('models', figures);
  }, home);
}

/** From files to features, beside the limits of that. */
async function speeds(scratch: Scratch, folder: string, part: Part): Promise<Record<string, Figure>> {
  const { figure, backbone, precision } = part;
  const files = (await pictureFiles(folder)).filter((_, i, all) => i % Math.ceil(all.length / part.pictures) === 0);
  const collection = `${COLLECTION} ${part.pictures}`;
  await ensureCollection(scratch.dataSource, collection);
  await execute(scratch, 'INGEST', { paths: files }, undefined, collection);
  const embed = () => execute(scratch, 'EMBED', { backbone, precision }, undefined, collection);
  await embed(); // loads, and the first time quantises
  const [{ id: backboneId }] = await rows<{ id: number }>(
    scratch.dataSource,
    'select id from winnow.backbones where name = $1 order by id desc limit 1',
    [backbone],
  );
  const definition = BUILT_IN.find(({ name }) => name === backbone)!;
  const raw = await onnxRuntimeAlone(await networkOf(scratch, definition, precision, backboneId));
  await rows(scratch.dataSource, 'truncate winnow.features');
  await rm(join(scratch.config.home, 'squares'), { recursive: true, force: true });
  const run = await embed();
  const endToEnd = run.done / secondsOf(run);
  console.log(`${figure}: ONNX Runtime ${raw.toFixed(1)}, end to end ${endToEnd.toFixed(1)} img/s`);
  const wanted = figure === 'vgg16Fp32' ? { least: 0.9 } : {};
  const figures: Record<string, Figure> = { [figure]: against(endToEnd, raw, 'img/s from files to features', wanted) };
  if (precision === 'FP32') {
    figures[`${figure}Tensorflow`] = against(await tensorflowAlone(scratch, definition), raw, 'img/s in TensorFlow.js');
  }
  return figures;
}

async function networkOf(
  { dataSource, config }: Scratch,
  definition: BackboneDefinition,
  precision: Precision,
  backboneId: number,
): Promise<Uint8Array> {
  if (precision === 'FP32') return definition.network(config, (await describeBackbone(definition, config)).fingerprint);
  const { file } = (await findQuantisation(dataSource, { backboneId }))!;
  const network = await readFile(networkPath(config.home, file));
  return multipliesTiles() ? forTiles(network) : network;
}

async function onnxRuntimeAlone(network: Uint8Array): Promise<number> {
  const session = await InferenceSession.create(network, {
    intraOpNumThreads: availableParallelism(),
    logSeverityLevel: 3,
    extra: { session: { x64quantprecision: addsBytesExactly() ? '0' : '1' } }, // wrong numbers would be no limit
  });
  const size = 224;
  const pixels = Uint8Array.from({ length: BATCH * size * size * 3 }, (_, i) => (i * 7919) & 255);
  const feeds = { pixels: new Tensor('uint8', pixels, [BATCH, size, size, 3]) };
  await session.run(feeds);
  const begun = performance.now();
  let done = 0;
  for (; performance.now() - begun < RAW_MS; done += BATCH) await session.run(feeds);
  const rate = done / ((performance.now() - begun) / 1000);
  await session.release();
  return rate;
}

async function tensorflowAlone({ config }: Scratch, definition: BackboneDefinition): Promise<number> {
  const backbone = await loadBackbone(definition, { ...config, engine: 'TENSORFLOW' });
  const pixels = new Uint8Array(TENSORFLOW_SQUARES * definition.size ** 2 * 3).fill(128);
  await backbone.embed(pixels.subarray(0, pixels.length / TENSORFLOW_SQUARES), 1);
  const begun = performance.now();
  await backbone.embed(pixels, TENSORFLOW_SQUARES);
  const seconds = (performance.now() - begun) / 1000;
  await backbone.dispose();
  return TENSORFLOW_SQUARES / seconds;
}

async function randomWeights(home: string): Promise<string> {
  const path = join(home, 'vgg16-random.h5');
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  return there ? path : writeVgg16Weights(path);
}
