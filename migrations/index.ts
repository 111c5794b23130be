import { Catalog1764000000000 } from './1764000000000-catalog.js';

/** In the order they are applied. */
export const migrations = [Catalog1764000000000];
