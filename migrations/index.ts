import { Catalog1764000000000 } from './1764000000000-catalog.js';
import { Views1764200000000 } from './1764200000000-views.js';
import { ImageFilters1764300000000 } from './1764300000000-image-filters.js';
import { AddedBackbones1764600000000 } from './1764600000000-added-backbones.js';

/** In the order they are applied. */
export const migrations = [
  Catalog1764000000000,
  Views1764200000000,
  ImageFilters1764300000000,
  AddedBackbones1764600000000,
];
