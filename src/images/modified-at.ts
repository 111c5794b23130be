import type { Stats } from 'node:fs';

/** A day inside of the years 1 to 9999, so that they are these years in every time zone. */
const EARLIEST = Date.parse('0001-01-02');
const LATEST = Date.parse('9999-12-30');

/** When a file was changed last. File systems hold times that neither a Date nor Postgres does: the nearest one that both do. */
export function modifiedAt({ mtimeMs }: Pick<Stats, 'mtimeMs'>): Date {
  return new Date(Math.min(LATEST, Math.max(EARLIEST, Math.round(mtimeMs))));
}
