import { Catalog1764000000000 } from './1764000000000-catalog.js';
import { Views1764200000000 } from './1764200000000-views.js';
import { ImageFilters1764300000000 } from './1764300000000-image-filters.js';
import { ImmediateCounts1764400000000 } from './1764400000000-immediate-counts.js';
import { AddedBackbones1764600000000 } from './1764600000000-added-backbones.js';
import { Quantisations1764600000001 } from './1764600000001-quantisations.js';
import { Calibration1764700000000 } from './1764700000000-calibration.js';
import { ModelRegistry1764710000000 } from './1764710000000-model-registry.js';
import { CollectionSources1764720000000 } from './1764720000000-collection-sources.js';

/** In the order they are applied. */
export const migrations = [
  Catalog1764000000000,
  Views1764200000000,
  ImageFilters1764300000000,
  ImmediateCounts1764400000000,
  AddedBackbones1764600000000,
  Quantisations1764600000001,
  Calibration1764700000000,
  ModelRegistry1764710000000,
  CollectionSources1764720000000,
];
