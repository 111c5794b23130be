import { AddedBackbone } from './added-backbone.js';
import { BackboneSpeed } from './backbone-speed.js';
import { Backbone } from './backbone.js';
import { CollectionImage } from './collection-image.js';
import { CollectionSource } from './collection-source.js';
import { Collection } from './collection.js';
import { Epoch } from './epoch.js';
import { ExportFile } from './export-file.js';
import { Export } from './export.js';
import { Failure } from './failure.js';
import { Features } from './features.js';
import { Image } from './image.js';
import { Label } from './label.js';
import { ModelLabel } from './model-label.js';
import { Model } from './model.js';
import { RunChunk } from './run-chunk.js';
import { Quantisation } from './quantisation.js';
import { Run } from './run.js';
import { ScoreBin } from './score-bin.js';
import { ScoreTotal } from './score-total.js';
import { Score } from './score.js';
import { Source } from './source.js';
import { Threshold } from './threshold.js';
import { WorkerPool } from './worker-pool.js';

export type { ExportMode, Verdict } from './export-file.js';
export type { ImageFormat } from './image.js';
export type { LabelOrigin, LabelValue } from './label.js';
export type { Augmentation, CalibrationKind, HeadName, ModelCalibration } from './model.js';
export type { Part } from './model-label.js';
export { RUN_STATES, STAGES, type RunState, type StageName } from './run.js';

export {
  AddedBackbone,
  Backbone,
  BackboneSpeed,
  Collection,
  CollectionImage,
  CollectionSource,
  Epoch,
  Export,
  ExportFile,
  Failure,
  Features,
  Image,
  Label,
  Model,
  ModelLabel,
  Quantisation,
  Run,
  RunChunk,
  Score,
  ScoreBin,
  ScoreTotal,
  Source,
  Threshold,
  WorkerPool,
};

/** Every table of the catalog, for the DataSource. */
export const entities = [
  AddedBackbone,
  Backbone,
  BackboneSpeed,
  Collection,
  CollectionImage,
  CollectionSource,
  Epoch,
  Export,
  ExportFile,
  Failure,
  Features,
  Image,
  Label,
  Model,
  ModelLabel,
  Quantisation,
  Run,
  RunChunk,
  Score,
  ScoreBin,
  ScoreTotal,
  Source,
  Threshold,
  WorkerPool,
];
