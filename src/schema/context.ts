import type { DataSource } from 'typeorm';

import type { AvailableBackbone } from '../catalog/backbones.js';
import type { RunChanges } from '../catalog/run-changes.js';
import type { Model } from '../entities/index.js';
import { createLoaders } from './loaders.js';
import type { Loaders } from './loaders.js';

/** Who asks. */
export interface Viewer {
  /** Stands as `requestedBy` on runs, and as `who` on labels and thresholds where the client names nobody. */
  readonly name: string;
  readonly mayWrite: boolean;
}

/** What is done with the files of models; paths are those that `allowedPath` gave. */
export interface ModelFiles {
  /** Removes those of a model that is no longer in the catalog. */
  remove(model: Model): Promise<void>;
  /** Writes a model as a zip archive. Gives its size in bytes. */
  export(model: Model, path: string): Promise<number>;
  /** Takes a model from such an archive into a collection. */
  import(request: { collection: number; path: string; who: string }): Promise<Model>;
}

/** What resolvers need from the rest of the program; handed in by app.ts. */
export interface Services {
  readonly dataSource: DataSource;
  /**
   * The real path of a file or folder that a client named, symlinks resolved.
   * @throws WinnowError PATH_NOT_ALLOWED when it is outside of the allowed roots
   */
  readonly allowedPath: (path: string) => Promise<string>;
  /** The files of models. */
  readonly modelFiles: ModelFiles;
  /** The backbones that runs may name. */
  readonly backbones: () => Promise<AvailableBackbone[]>;
  /** Tells which runs change. */
  readonly runChanges: RunChanges;
}

/** One request's own: its loaders remember rows, so they must not outlive it. */
export interface Context extends Services {
  readonly viewer: Viewer;
  readonly loaders: Loaders;
}

export function createContext(services: Services, viewer: Viewer): Context {
  return { ...services, viewer, loaders: createLoaders(services.dataSource) };
}
