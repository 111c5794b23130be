import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { ensureBackbone } from '../catalog/features.js';
import { findModel } from '../catalog/models.js';
import { findQuantisation } from '../catalog/quantisations.js';
import { ENGINES, type Config, type EngineName } from '../config.js';
import { rows, type Db } from '../db.js';
import type { Model } from '../entities/index.js';
import { WinnowError } from '../errors.js';
import { letterboxFingerprint, parseLetterbox, type LetterboxSpec } from '../images/letterbox.js';
import {
  DEFAULT_BACKBONE,
  describeBackbone,
  loadBackbone,
  PRECISIONS,
  type Backbone,
  type BackboneDefinition,
  type Precision,
} from '../ml/backbones.js';
import { loadModel, type Scorer } from '../ml/model-files.js';
import { findBackbone } from './backbones.js';
import { choice, optional, text } from './options.js';
import { fineTunedIn } from '../ml/fine-tuned-model.js';
import { quantisedSpec } from './quantised.js';
import type { RunInHand } from './stage.js';

/** A backbone together with the square it is shown: what features belong to. */
export interface FeatureSpec {
  /** Row of winnow.backbones. */
  readonly backboneId: number;
  readonly name: string;
  readonly dimensions: number;
  readonly letterbox: LetterboxSpec;
  /** Hex SHA-256 over everything that changes pixels or features. */
  readonly fingerprint: string;
  /** Whether the square is shown flipped left to right. */
  readonly mirrored: boolean;
  /** What makes them. */
  readonly backbone: BackboneDefinition;
  /** What runs it, and the head; not part of the fingerprint. */
  readonly engine: EngineName;
}

/** How a run says which features it wants; the side of the square is the backbone's. */
export interface FeatureOptions {
  backbone: string;
  precision: Precision;
  position: LetterboxSpec['position'];
  pad: string;
}

/** What computes; null for the configured engine. */
export const engineOption = optional(choice(...ENGINES), null);

export const featureOptions = {
  backbone: optional(text, DEFAULT_BACKBONE),
  precision: optional(choice(...PRECISIONS), 'FP32' as const),
  position: (position: unknown) => parseLetterbox({ position }).position,
  pad: (pad: unknown) => parseLetterbox({ pad }).pad,
};

/**
 * The features that these options describe, recorded in the catalog. Cheap, but for the first time that a collection wants a
 * backbone in INT8: that quantises it.
 */
export async function featureSpecFor(
  { dataSource, config, collectionId }: Pick<RunInHand<object>, 'dataSource' | 'config' | 'collectionId'>,
  { backbone, precision, position, pad }: FeatureOptions,
  { engine = null, signal }: { engine?: EngineName | null; signal?: AbortSignal } = {},
): Promise<FeatureSpec> {
  const definition = await findBackbone(dataSource, backbone);
  const float = await specOf(dataSource, config, definition, { position, pad }, engine);
  return precision === 'FP32' ? float : quantisedSpec(dataSource, config, float, collectionId, signal);
}

/**
 * The features a model was trained on.
 * @throws WinnowError FINGERPRINT_MISMATCH when this installation would see other pixels or features than the model did.
 */
export async function featureSpecOfModel(
  db: Db,
  config: Config,
  model: Model,
  engine: EngineName | null,
): Promise<FeatureSpec> {
  const [row] = await rows<{
    name: string;
    fingerprint: string;
    spec: { letterbox: LetterboxSpec; fineTuned?: string };
  }>(db, 'select name, fingerprint, spec from winnow.backbones where id = $1', [model.backboneId]);
  const quantised = await findQuantisation(db, { backboneId: model.backboneId });
  const { position, pad } = row.spec.letterbox;
  const own = row.spec.fineTuned === undefined ? null : join(config.home, model.directory);
  const definition = await (own === null ? findBackbone(db, row.name) : fineTunedIn(own)).catch((cause: unknown) => {
    const message = `Model v${model.number} needs the backbone ${row.name}, which is not there.`;
    throw new WinnowError('FINGERPRINT_MISMATCH', message, { cause });
  });
  const float = await specOf(db, config, definition, { position, pad }, engine);
  const spec = quantised === null ? float : await quantisedSpec(db, config, float, quantised.collectionId);
  if (spec.fingerprint !== row.fingerprint) {
    throw new WinnowError(
      'FINGERPRINT_MISMATCH',
      `Model v${model.number} was trained with another version of ${row.name} or of the image library, so its scores would not mean the same. Train a new model; the labels are all there.`,
    );
  }
  return spec;
}

async function specOf(
  db: Db,
  config: Config,
  backbone: BackboneDefinition,
  { position, pad }: Pick<LetterboxSpec, 'position' | 'pad'>,
  engine: EngineName | null,
): Promise<FeatureSpec> {
  const spec = await unrecordedSpec(config, backbone, { position, pad }, engine);
  return { ...spec, backboneId: await recordFeatureSpec(db, config, spec) };
}

/** Features that the catalog need not know of. */
export type UnrecordedSpec = Omit<FeatureSpec, 'backboneId'>;

/** What a backbone makes of squares that are made like this. */
export async function unrecordedSpec(
  config: Config,
  backbone: BackboneDefinition,
  { position, pad }: Pick<LetterboxSpec, 'position' | 'pad'>,
  engine: EngineName | null = null,
): Promise<UnrecordedSpec> {
  const { name, size, dimensions, fingerprint: weights } = await describeBackbone(backbone, config);
  const letterbox: LetterboxSpec = { size, position, pad };
  const fingerprint = featureFingerprint(letterbox, weights);
  return { name, dimensions, letterbox, fingerprint, mirrored: false, backbone, engine: engine ?? config.engine };
}

/** Makes them known to the catalog. @returns the row of winnow.backbones. */
export async function recordFeatureSpec(
  db: Db,
  config: Config,
  { name, fingerprint, dimensions, letterbox, backbone }: UnrecordedSpec,
): Promise<number> {
  const { size, spec } = await describeBackbone(backbone, config);
  const row = { name, fingerprint, size, dimensions, spec: { ...spec, letterbox } };
  return (await ensureBackbone(db, row)).id;
}

/** Hex SHA-256: one name for the pixels a backbone is shown and what it makes of them. */
export function featureFingerprint(letterbox: LetterboxSpec, backboneFingerprint: string): string {
  return createHash('sha256').update(letterboxFingerprint(letterbox)).update(backboneFingerprint).digest('hex');
}

/** Keeps the backbone and the model that were used last in memory: they take seconds to load. */
export class Networks {
  #backbone: { fingerprint: string; engine: EngineName; loaded: Promise<Backbone> } | null = null;
  #scorer: { modelId: number; engine: EngineName; loaded: Promise<Scorer> } | null = null;

  constructor(private readonly config: Config) {}

  async backbone({ fingerprint, backbone, engine }: UnrecordedSpec): Promise<Backbone> {
    if (this.#backbone?.fingerprint !== fingerprint || this.#backbone.engine !== engine) {
      await this.#drop(this.#backbone);
      this.#backbone = { fingerprint, engine, loaded: loadBackbone(backbone, { ...this.config, engine }) };
    }
    return this.#orForget(this.#backbone.loaded);
  }

  async scorer(db: Db, modelId: number, features: FeatureSpec): Promise<Scorer> {
    const { engine } = features;
    if (this.#scorer?.modelId !== modelId || this.#scorer.engine !== engine) {
      await this.#drop(this.#scorer);
      const { directory } = await findModel(db, modelId);
      const options = { threads: this.config.threads, engine, expectBackbone: features.fingerprint };
      this.#scorer = { modelId, engine, loaded: loadModel(join(this.config.home, directory), options) };
    }
    return this.#orForget(this.#scorer.loaded);
  }

  async dispose(): Promise<void> {
    await this.#drop(this.#scorer);
    await this.#drop(this.#backbone);
    this.#scorer = this.#backbone = null;
  }

  /** A load that failed is tried again by the next caller. */
  async #orForget<T>(loaded: Promise<T>): Promise<T> {
    try {
      return await loaded;
    } catch (error) {
      if (this.#backbone?.loaded === (loaded as unknown)) this.#backbone = null;
      if (this.#scorer?.loaded === (loaded as unknown)) this.#scorer = null;
      throw error;
    }
  }

  async #drop(held: { loaded: Promise<{ dispose(): Promise<void> }> } | null): Promise<void> {
    await held?.loaded.then((network) => network.dispose()).catch(() => undefined);
  }
}
