import type { Counts } from '../catalog/chunk-claims.js';
import type { NewFailure } from '../catalog/failures.js';
import { storeFeatures } from '../catalog/features.js';
import type { StageName } from '../entities/index.js';
import { isFailure } from '../errors.js';
import { mirrored } from '../images/mirror.js';
import { toFloat16 } from '../ml/float16.js';
import { recordImageFailures } from './image-failures.js';
import { mapConcurrent } from './pipeline.js';
import type { FeatureSpec, UnrecordedSpec } from './networks.js';
import { readSquare, type Picture } from './squares.js';
import type { ChunkInHand, Workbench } from './stage.js';

/** Images in one call of the network. */
const BATCH = 32;
/** Images in one transaction. */
const WRITE = 512;
/** A transaction is also made when the last one is this long ago, so that progress shows. */
const WRITE_MS = 1000;

interface Seen {
  imageId: number;
  pixels: Uint8Array;
}

/** What is ready to be written. */
export interface MadeFeatures {
  /** vector: `dimensions` binary16 numbers. */
  rows: { imageId: number; vector: Buffer }[];
  failures: NewFailure[];
}

/**
 * Shows pictures to the backbone. Reading and decoding runs ahead of the network by up to two batches, in buffers that
 * are used again; `write` runs beside both. Never more than one `write` and one network call at a time.
 * @param write stores a group and counts it; every picture is in exactly one group, as a row or as a failure.
 */
export async function makeFeatures(
  { networks, config }: Pick<Workbench, 'networks' | 'config'>,
  spec: UnrecordedSpec,
  pictures: Picture[],
  write: (made: MadeFeatures) => Promise<void>,
  chunk: Pick<ChunkInHand<object>, 'signal' | 'measure'>,
): Promise<void> {
  if (pictures.length === 0) return;
  const { dimensions, letterbox } = spec;
  const backbone = await networks.backbone(spec);
  const writer = groupedWriter(write);
  let networkSeconds = 0;

  const stride = letterbox.size * letterbox.size * 3;
  const newBatch = () => ({ pixels: new Uint8Array(BATCH * stride), imageIds: [] as number[] });
  let filling = newBatch();
  let spare = newBatch();
  let network = Promise.resolve();

  const embed = async ({ pixels, imageIds }: ReturnType<typeof newBatch>) => {
    const n = imageIds.length;
    const begun = performance.now();
    const features = await backbone.embed(pixels.subarray(0, n * stride), n);
    networkSeconds += (performance.now() - begun) / 1000;
    const rows = imageIds.map((imageId, i) => ({
      imageId,
      vector: toFloat16(features.subarray(i * dimensions, (i + 1) * dimensions)),
    }));
    await writer.add({ rows, failures: [] });
  };
  const handOver = async () => {
    await network;
    network = embed(filling);
    network.catch(() => undefined); // Awaited above or below; until then it must not count as unhandled.
    [filling, spare] = [spare, filling];
    filling.imageIds = [];
  };

  const decode = async (picture: Picture): Promise<Seen | { failure: NewFailure }> => {
    try {
      const square = await readSquare(picture, letterbox, config);
      return { imageId: picture.imageId, pixels: spec.mirrored ? mirrored(square, letterbox.size) : square };
    } catch (error) {
      if (!isFailure(error)) throw error;
      return { failure: { imageId: picture.imageId, code: error.code, message: error.message } };
    }
  };
  const begun = performance.now();
  try {
    for await (const seen of mapConcurrent(pictures, aheadOf(config.threads), decode, chunk.signal)) {
      if ('failure' in seen) await writer.add({ rows: [], failures: [seen.failure] });
      else {
        filling.pixels.set(seen.pixels, filling.imageIds.length * stride);
        filling.imageIds.push(seen.imageId);
        if (filling.imageIds.length === BATCH) await handOver();
      }
    }
    if (filling.imageIds.length > 0) await handOver();
    await network;
    await writer.end();
  } finally {
    // Nothing may still use the buffers, the network or the database when the caller goes on.
    await Promise.allSettled([network, writer.settled()]);
  }
  chunk.measure('networkSeconds', networkSeconds);
  chunk.measure('networkIdleSeconds', Math.max(0, (performance.now() - begun) / 1000 - networkSeconds));
}

/** The usual `write`: features, failures and progress in one transaction. */
export function featureWriter(
  runId: number,
  stage: StageName,
  chunk: Pick<ChunkInHand<object>, 'advance'>,
  { backboneId }: FeatureSpec,
  count = ({ rows, failures }: MadeFeatures): Partial<Counts> => ({ done: rows.length, failed: failures.length }),
): (made: MadeFeatures) => Promise<void> {
  return (made) =>
    chunk.advance(count(made), async (tx) => {
      await storeFeatures(tx, backboneId, made.rows);
      await recordImageFailures(tx, runId, stage, made.failures);
    });
}

/**
 * Pictures under way at once. While a large network computes, the event loop stands still, and no picture goes on to its next
 * step: with many in line there is work for all cores all the same. With a small one, 8 made 172 images/s on 2 cores, 32 made 180.
 */
function aheadOf(threads: number): number {
  return Math.min(64, threads * 16);
}

/** Collects small pieces into groups worth a transaction; one is written while the next is collected. */
function groupedWriter(write: (made: MadeFeatures) => Promise<void>) {
  let group: MadeFeatures = { rows: [], failures: [] };
  let since = performance.now();
  let writing = Promise.resolve();

  const flush = async () => {
    const full = group;
    group = { rows: [], failures: [] };
    since = performance.now();
    const before = writing;
    writing = before.then(() => write(full));
    writing.catch(() => undefined);
    await before;
  };
  return {
    async add({ rows, failures }: MadeFeatures): Promise<void> {
      group.rows.push(...rows);
      group.failures.push(...failures);
      const size = group.rows.length + group.failures.length;
      if (size >= WRITE || performance.now() - since >= WRITE_MS) await flush();
    },
    async end(): Promise<void> {
      await flush();
      await writing;
    },
    settled: () => writing,
  };
}
