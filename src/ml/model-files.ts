import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { systemCode, WinnowError } from '../errors.js';
import { headToOnnx } from './heads-onnx.js';
import { scoreRows, type Scored } from './scorer.js';
import type { Head, TrainedHead, TrainOptions } from './training.js';

/** What stands in a model directory's spec.json. */
export interface ModelSpec {
  readonly version: 1;
  readonly head: Head;
  readonly options: TrainOptions;
  /** Numbers in a feature vector. */
  readonly dimensions: number;
  /** fingerprint: of everything that changes pixels or features. */
  readonly backbone: { readonly name: string; readonly fingerprint: string };
  readonly letterbox: unknown;
  readonly labelsDigest: string;
  readonly chosenEpoch: number;
  readonly metrics: Record<string, number | null>;
  /** Hex SHA-256 of each other file of the directory. */
  readonly files: Record<string, string>;
}

export interface Scorer {
  readonly spec: ModelSpec;
  readonly fingerprint: string;
  /** @param features n x spec.dimensions, row-major. */
  score(features: Float32Array, n: number): Promise<Scored>;
  dispose(): Promise<void>;
}

const HEAD_FILE = 'head.onnx';
const SPEC_FILE = 'spec.json';

/**
 * Writes a model as a directory: the head as ONNX and its spec. The directory appears whole or not at all.
 * @param directory must not exist.
 * @returns the model's fingerprint, the hash of spec.json, which holds the hash of the weights.
 */
export async function saveModel(
  directory: string,
  trained: TrainedHead,
  spec: Omit<ModelSpec, 'files' | 'version'>,
): Promise<{ fingerprint: string }> {
  const head = headToOnnx(trained.weights);
  const complete: ModelSpec = { version: 1, ...spec, files: { [HEAD_FILE]: sha256(head) } };
  const text = JSON.stringify(complete, null, 2) + '\n';
  const temporary = join(dirname(directory), `.${randomUUID()}.tmp`);
  await mkdir(temporary, { recursive: true });
  try {
    await writeDurably(join(temporary, HEAD_FILE), head);
    await writeDurably(join(temporary, SPEC_FILE), text);
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return { fingerprint: sha256(text) };
}

/**
 * Opens a model for scoring; the same directory gives the same scores, bit for bit, on the same machine.
 * @param options.expectBackbone fingerprint of the features that will be scored.
 * @throws WinnowError MODEL_DAMAGED that names the file, FINGERPRINT_MISMATCH.
 */
export async function loadModel(
  directory: string,
  { threads, expectBackbone }: { threads: number; expectBackbone: string },
): Promise<Scorer> {
  const text = (await readModelFile(directory, SPEC_FILE)).toString();
  const spec = parseSpec(directory, text);
  if (spec.backbone.fingerprint !== expectBackbone) {
    throw new WinnowError(
      'FINGERPRINT_MISMATCH',
      `The model in ${directory} was trained on features ${spec.backbone.fingerprint.slice(0, 12)}, but was asked to score features ${expectBackbone.slice(0, 12)}. Their scores would mean nothing: train a new model.`,
    );
  }
  const head = await readModelFile(directory, HEAD_FILE);
  if (sha256(head) !== spec.files[HEAD_FILE])
    throw damaged(directory, HEAD_FILE, 'its bytes are not those of its hash');
  const { openEngine } = await import('./engine.js');
  const engine = await openEngine(head, { threads });
  return {
    spec,
    fingerprint: sha256(text),
    score: (features, n) => scoreRows(engine, features, n, spec.dimensions),
    dispose: () => engine.dispose(),
  };
}

async function readModelFile(directory: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(directory, name));
  } catch (cause) {
    throw damaged(directory, name, `it cannot be read (${systemCode(cause) ?? 'unknown reason'})`, cause);
  }
}

function parseSpec(directory: string, text: string): ModelSpec {
  try {
    const spec = JSON.parse(text) as ModelSpec;
    if (spec.version === 1 && spec.files[HEAD_FILE] !== undefined) return spec;
  } catch (cause) {
    throw damaged(directory, SPEC_FILE, 'it is not JSON', cause);
  }
  throw damaged(directory, SPEC_FILE, 'it is not a model spec of version 1');
}

function damaged(directory: string, file: string, reason: string, cause?: unknown): WinnowError {
  const message = `The model file ${join(directory, file)} is damaged: ${reason}. Restore it from a backup, or train again; the labels are in the catalog.`;
  return new WinnowError('MODEL_DAMAGED', message, { cause });
}

/** Flushed, so that the rename which makes the directory visible never comes to disk before its content. */
async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
