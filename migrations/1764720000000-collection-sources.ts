import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An export takes files from where its own collection found them, not from where another one found the same bytes. */
export class CollectionSources1764720000000 implements MigrationInterface {
  readonly name = 'CollectionSources1764720000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

// What is there already counts for every collection of the image: nothing says which of them found it. Filled before it has keys,
// which is many times faster.
const SQL = /* sql */ `
create table winnow.collection_sources (
  source_id integer not null,
  collection_id integer not null
);
insert into winnow.collection_sources (source_id, collection_id)
select s.id, c.collection_id from winnow.sources s join winnow.collection_images c on c.image_id = s.image_id;
alter table winnow.collection_sources
  add primary key (source_id, collection_id),
  add foreign key (source_id) references winnow.sources on delete cascade,
  add foreign key (collection_id) references winnow.collections on delete cascade;
comment on table winnow.collection_sources is
  'Which collections have found an image at a source. An export of a collection takes files from these, and no others.';
`;
