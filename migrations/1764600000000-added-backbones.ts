import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Backbones that people bring, and how fast each one was seen to be. */
export class AddedBackbones1764600000000 implements MigrationInterface {
  readonly name = 'AddedBackbones1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const SQL = /* sql */ `
create table winnow.added_backbones (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
  file text not null,
  bytes bigint not null,
  size integer not null check (size > 0),
  dimensions integer not null check (dimensions > 0),
  squares_per_run integer,
  about jsonb not null,
  made jsonb not null,
  added_by text not null,
  added_at timestamptz not null default now()
);
comment on table winnow.added_backbones is 'Networks that somebody added, by the name that runs call them. Never changed: features, models and scores hang on them.';
comment on column winnow.added_backbones.file is 'Hex SHA-256 of the network in WINNOW_HOME/backbones/kept, its preprocessing within.';
comment on column winnow.added_backbones.squares_per_run is '1 for a network that takes one picture at a time, else null.';
comment on column winnow.added_backbones.about is 'network, source and licence, as far as they are known.';
comment on column winnow.added_backbones.made is 'Preprocessing, output and pooling, and the hash of the file as it came.';

create table winnow.backbone_speeds (
  backbone text not null,
  precision text not null,
  machine text not null,
  provider text not null,
  images_per_second real not null check (images_per_second > 0),
  measured_at timestamptz not null default now(),
  primary key (backbone, precision, machine, provider)
);
comment on table winnow.backbone_speeds is 'How many squares a second a backbone took when it was last measured, alone on a machine.';
`;
