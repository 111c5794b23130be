import type { StageName } from '../entities/index.js';
import { classify } from './classify.js';
import { embed } from './embed.js';
import { exportStage } from './export.js';
import { ingest } from './ingest.js';
import { resize } from './resize.js';
import type { Stage } from './stage.js';
import { train } from './train.js';

export const stages: Readonly<Record<StageName, Stage>> = {
  INGEST: ingest,
  RESIZE: resize,
  EMBED: embed,
  TRAIN: train,
  CLASSIFY: classify,
  EXPORT: exportStage,
};
