import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Backbones in 8-bit integers, whose ranges were measured on a collection. */
export class Quantisations1764600000001 implements MigrationInterface {
  readonly name = 'Quantisations1764600000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const SQL = /* sql */ `
create table winnow.quantisations (
  backbone_id smallint primary key references winnow.backbones,
  collection_id integer not null references winnow.collections on delete cascade,
  of_id smallint not null references winnow.backbones,
  file text not null,
  bytes bigint not null,
  report jsonb not null,
  made_at timestamptz not null default now(),
  unique (collection_id, of_id)
);
comment on table winnow.quantisations is 'Backbones in 8-bit integers. One a collection and backbone: the ranges are those of its own images.';
comment on column winnow.quantisations.of_id is 'The same backbone in 32-bit floats.';
comment on column winnow.quantisations.file is 'Hex SHA-256 of the network in WINNOW_HOME/backbones/kept.';
comment on column winnow.quantisations.report is 'Images measured, operations in all and those left in float, and the share of a feature''s variance that was lost.';
`;
