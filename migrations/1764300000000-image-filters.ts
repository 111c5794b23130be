import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What pages of images by their sources need. */
export class ImageFilters1764300000000 implements MigrationInterface {
  readonly name = 'ImageFilters1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const SQL = /* sql */ `
-- The first 200 characters: a path may be longer than a b-tree entry may be. Compared byte by byte, whatever the collation.
create index sources_prefix on winnow.sources (left(uri, 200) text_pattern_ops) where replaced_at is null;
`;
