import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

import { systemCode, WinnowError } from '../../errors.js';
import { writeWhole } from '../convert/cached.js';
import type { About, BackboneDefinition, Precision } from './definition.js';
import { networkPath } from './files.js';

/** A network of the common form that stands on disk by its hash, with what the catalog says of it. */
export interface StoredNetwork {
  readonly name: string;
  /** Hex SHA-256 of the file in WINNOW_HOME/backbones. */
  readonly file: string;
  readonly size: number;
  readonly dimensions: number;
  readonly precision: Precision;
  /** Squares in one run; null for as many as one likes. */
  readonly squaresPerRun: number | null;
  readonly about: About;
  readonly made: Readonly<Record<string, unknown>>;
}

/** Puts a network where `storedBackbone` finds it. @returns its hash. */
export async function storeNetwork(home: string, network: Uint8Array): Promise<string> {
  const file = sha256(network);
  await writeWhole(networkPath(home, file), network);
  return file;
}

/** The backbone that a stored network is. Its preprocessing is part of the file, so the file's hash covers it. */
export function storedBackbone(stored: StoredNetwork): BackboneDefinition {
  const { file, name } = stored;
  const orMissing = (path: string, cause: unknown): never => {
    throw systemCode(cause) === 'ENOENT' ? missing(name, path, 'is not there', cause) : cause;
  };
  return Object.freeze({
    ...stored,
    weights: () => Promise.resolve(file),
    bytes: async ({ home }) => {
      const path = networkPath(home, file);
      return (await stat(path).catch((cause: unknown) => orMissing(path, cause))).size;
    },
    network: async ({ home }) => {
      const path = networkPath(home, file);
      const bytes = await readFile(path).catch((cause: unknown) => orMissing(path, cause));
      if (sha256(bytes) !== file) throw missing(name, path, 'has been changed');
      return bytes;
    },
  } satisfies BackboneDefinition);
}

function missing(name: string, path: string, what: string, cause?: unknown): WinnowError {
  const message = `The network of ${name} ${what}: ${path}. Restore it from a backup, or make it again as it was made.`;
  return new WinnowError('WEIGHTS_MISSING', message, { cause });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
