import { ensureBackbone } from '../catalog/features.js';
import { calibrationImages, findQuantisation, recordQuantisation } from '../catalog/quantisations.js';
import type { Config } from '../config.js';
import type { Db } from '../db.js';
import type { Quantisation } from '../entities/index.js';
import { isFailure } from '../errors.js';
import { describeBackbone, type BackboneDefinition } from '../ml/backbones.js';
import { storedBackbone, storeNetwork } from '../ml/backbones/stored.js';
import { CALIBRATION_SQUARES, quantiseBackbone } from '../ml/quantise/backbone.js';
import { QUANTISER_VERSION } from '../ml/quantise/quantise.js';
import { featureFingerprint, type FeatureSpec } from './networks.js';
import { bad } from './options.js';
import { readSquare, type Picture } from './squares.js';

/** Fewer say too little of what else will come. */
const LEAST_SQUARES = 16;

/**
 * The features of a backbone in 8-bit integers, quantised on the collection's own images when it is first asked for. Made
 * of the same images and by the same code it is the same network, so that workers need not wait for each other.
 * @throws WinnowError BAD_INPUT when the network cannot be quantised or there are too few images, CANCELLED
 */
export async function quantisedSpec(
  db: Db,
  config: Config,
  of: FeatureSpec,
  collectionId: number,
  signal?: AbortSignal,
): Promise<FeatureSpec> {
  const there = await findQuantisation(db, { collectionId, ofId: of.backboneId });
  const { file, report, backboneId } = there ?? (await quantise(db, config, of, collectionId, signal));
  const backbone = quantisedDefinition(of, { file, report });
  const { fingerprint: weights } = await describeBackbone(backbone, config);
  return { ...of, backboneId, backbone, fingerprint: featureFingerprint(of.letterbox, weights) };
}

async function quantise(
  db: Db,
  config: Config,
  of: FeatureSpec,
  collectionId: number,
  signal?: AbortSignal,
): Promise<Quantisation> {
  const { name, dimensions, letterbox, backbone } = of;
  const { fingerprint } = await describeBackbone(backbone, config);
  const pictures = await calibrationImages(db, collectionId, CALIBRATION_SQUARES);
  const squares = readSquares(pictures, of, config);
  if (pictures.length < LEAST_SQUARES) {
    throw bad(
      `precision INT8 measures the network on at least ${LEAST_SQUARES} images, but there are ${pictures.length}. Ingest more, or use FP32.`,
    );
  }
  const shape = { size: letterbox.size, dimensions, threads: config.threads };
  const made = await quantiseBackbone(await backbone.network(config, fingerprint), squares, shape, signal);
  const file = await storeNetwork(config.home, made.network);
  const { float, operations, error } = made;
  const report = { images: made.squares, operations, float: [...float], error };
  const description = await describeBackbone(quantisedDefinition(of, { file, report }), config);
  const { id: backboneId } = await ensureBackbone(db, {
    name,
    fingerprint: featureFingerprint(letterbox, description.fingerprint),
    size: letterbox.size,
    dimensions,
    spec: { ...description.spec, letterbox },
  });
  return recordQuantisation(db, {
    backboneId,
    collectionId,
    ofId: of.backboneId,
    file,
    bytes: made.network.length,
    report,
  });
}

function quantisedDefinition(
  { name, dimensions, letterbox, fingerprint, backbone }: FeatureSpec,
  { file, report }: Pick<Quantisation, 'file' | 'report'>,
): BackboneDefinition {
  const { about, squaresPerRun = null } = backbone;
  return storedBackbone({
    name,
    file,
    size: letterbox.size,
    dimensions,
    precision: 'INT8',
    squaresPerRun,
    about,
    made: { quantiser: QUANTISER_VERSION, of: fingerprint, images: report.images, float: report.float },
  });
}

/** Squares of those images that can be read. */
async function* readSquares(
  pictures: readonly Picture[],
  { letterbox }: FeatureSpec,
  config: Config,
): AsyncGenerator<Uint8Array> {
  for (const picture of pictures) {
    try {
      yield await readSquare(picture, letterbox, config);
    } catch (error) {
      if (!isFailure(error)) throw error;
    }
  }
}
