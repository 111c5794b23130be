import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { EngineName } from '../config.js';
import { systemCode, WinnowError } from '../errors.js';
import { makeFolder } from '../folders.js';
import type { Calibration } from './calibration.js';
import { headToOnnx } from './heads-onnx.js';
import { openScorer, type HeadScorer } from './scorer.js';
import type { Head, TrainedHead, TrainOptions } from './training.js';

/** What stands in a model's spec.json. */
export interface ModelSpec {
  readonly version: 2;
  readonly head: Head;
  readonly options: TrainOptions;
  readonly dimensions: number;
  /** The features that the head was trained on; it may score no others. */
  readonly backbone: { readonly name: string; readonly fingerprint: string };
  readonly letterbox: unknown;
  readonly labelsDigest: string;
  readonly chosenEpoch: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly calibration: Calibration;
  /** Hex SHA-256 of each other file of the directory, by name. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Scorer extends HeadScorer {
  readonly spec: ModelSpec;
  /** Hex SHA-256 over the spec, and so over the hash of every file. */
  readonly fingerprint: string;
}

const HEAD_FILE = 'head.onnx';
const SPEC_FILE = 'spec.json';
const VERSION = 2;

/**
 * Writes a model's directory: head.onnx, spec.json and, of a fine-tuned model, its network. It appears whole or not at all,
 * replacing what was there.
 * @param network files of the network, by name.
 * @returns the model's fingerprint; the same training gives the same one.
 */
export async function saveModel(
  directory: string,
  trained: Pick<TrainedHead, 'weights'>,
  spec: Omit<ModelSpec, 'files' | 'version'>,
  network: Readonly<Record<string, Uint8Array>> = {},
): Promise<{ fingerprint: string }> {
  const files = { ...network, [HEAD_FILE]: headToOnnx(trained.weights) };
  const whole: ModelSpec = { ...spec, version: VERSION, files: hashesOf(files) };
  const fingerprint = fingerprintOf(whole);

  const temporary = `${directory}.${randomUUID()}.tmp`;
  try {
    await makeFolder(temporary);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(temporary, name), bytes, { flush: true });
    await writeFile(join(temporary, SPEC_FILE), canonicalJson({ ...whole, fingerprint }), { flush: true });
    await makeFolder(dirname(directory));
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return { fingerprint };
}

/**
 * Opens a model for scoring, after checking every byte of it.
 * @param options.expectBackbone fingerprint of the features that will be scored.
 * @throws WinnowError MODEL_DAMAGED that names the file; FINGERPRINT_MISMATCH when it was trained on other features.
 */
export async function loadModel(
  directory: string,
  options: { threads: number; engine?: EngineName; expectBackbone: string },
): Promise<Scorer> {
  const { spec, fingerprint, head } = await readModel(directory);
  if (spec.backbone.fingerprint !== options.expectBackbone) {
    throw new WinnowError(
      'FINGERPRINT_MISMATCH',
      `The model in ${directory} was trained on features ${short(spec.backbone.fingerprint)} of ${spec.backbone.name}, but is to score features ` +
        `${short(options.expectBackbone)}: its scores would mean nothing. Train again on the present features, or classify with those of the model.`,
    );
  }
  const scorer = await openScorer(head, spec.dimensions, options, spec.calibration);
  return { ...scorer, spec, fingerprint };
}

/**
 * A model's files, every byte of them checked.
 * @returns head: the .onnx file of the head alone.
 * @throws WinnowError MODEL_DAMAGED that names the file.
 */
export async function readModel(
  directory: string,
): Promise<{ spec: ModelSpec; fingerprint: string; head: Uint8Array }> {
  const { spec, fingerprint } = await readModelSpec(directory);
  return { spec, fingerprint, head: await readIntact(directory, spec, HEAD_FILE) };
}

/** A model's spec, checked. @throws WinnowError MODEL_DAMAGED */
export async function readModelSpec(directory: string): Promise<{ spec: ModelSpec; fingerprint: string }> {
  return readSpec(directory, await readModelFile(directory, SPEC_FILE));
}

/** One of the files that a spec names, checked. @throws WinnowError MODEL_DAMAGED */
export async function readIntact(directory: string, { files }: ModelSpec, name: string): Promise<Buffer> {
  const bytes = await readModelFile(directory, name);
  if (sha256(bytes) !== files[name]) throw damaged(directory, name, 'its bytes have changed');
  return bytes;
}

/** Hex SHA-256 of each file, by name. */
export function hashesOf(files: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
}

/** A spec is written in one way only, so any other byte in it is damage. */
function readSpec(directory: string, bytes: Buffer): { spec: ModelSpec; fingerprint: string } {
  const text = bytes.toString('utf8');
  let spec: ModelSpec;
  let fingerprint: unknown;
  try {
    ({ fingerprint, ...spec } = JSON.parse(text) as ModelSpec & { fingerprint: unknown });
  } catch (cause) {
    throw damaged(directory, SPEC_FILE, 'it is not the JSON of a model', cause);
  }
  const expected = fingerprintOf(spec);
  if (fingerprint !== expected || text !== canonicalJson({ ...spec, fingerprint })) {
    throw damaged(directory, SPEC_FILE, 'its bytes have changed');
  }
  const version: number = spec.version;
  if (version !== VERSION) {
    throw damaged(directory, SPEC_FILE, `it has version ${version}, but this program reads version ${VERSION}`);
  }
  return { spec, fingerprint: expected };
}

/**
 * The files of a model by name, every byte checked.
 * @throws WinnowError MODEL_DAMAGED that names the file.
 */
export async function readModelFiles(
  directory: string,
): Promise<{ spec: ModelSpec; fingerprint: string; files: Record<string, Uint8Array> }> {
  const bytes = await readModelFile(directory, SPEC_FILE);
  const { spec, fingerprint } = readSpec(directory, bytes);
  const files: Record<string, Uint8Array> = { [SPEC_FILE]: bytes };
  for (const name of Object.keys(spec.files)) files[name] = await readIntact(directory, spec, name);
  return { spec, fingerprint, files };
}

async function readModelFile(directory: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(directory, name));
  } catch (cause) {
    throw damaged(directory, name, `it cannot be read (${systemCode(cause) ?? 'unknown reason'})`, cause);
  }
}

function damaged(directory: string, name: string, what: string, cause?: unknown): WinnowError {
  const message = `The model file ${join(directory, name)} is damaged: ${what}. Restore it from a backup, or train again: the labels are in the catalog.`;
  return new WinnowError('MODEL_DAMAGED', message, { cause });
}

function fingerprintOf(spec: ModelSpec): string {
  return sha256(canonicalJson(spec));
}

/** JSON with the keys of every object in order, so that equal values give equal bytes. */
function canonicalJson(value: unknown): string {
  const sorted = (_: string, inner: unknown): unknown =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  return `${JSON.stringify(value, sorted, 2)}\n`;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function short(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}
