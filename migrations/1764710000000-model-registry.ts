import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A model may be in force for its collection, and models may be deleted without their numbers coming again. */
export class ModelRegistry1764710000000 implements MigrationInterface {
  readonly name = 'ModelRegistry1764710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const SQL = /* sql */ `
alter table winnow.collections
  add column promoted_model_id integer references winnow.models,
  add column last_model integer not null default 0;
update winnow.collections c
   set last_model = coalesce((select max(m.number) from winnow.models m where m.collection_id = c.id), 0);
comment on column winnow.collections.promoted_model_id is 'The model that somebody promoted; null while the newest one is in force.';
comment on column winnow.collections.last_model is 'The highest number that a model of it has had; numbers of deleted models do not come again.';
`;
