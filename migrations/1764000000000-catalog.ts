import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The whole catalog as of 0.1. Every table and column here is read by other people's tools: add, do not rename. */
export class Catalog1764000000000 implements MigrationInterface {
  readonly name = 'Catalog1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const SQL = /* sql */ `
create table winnow.collections (
  id integer generated always as identity primary key,
  name text not null unique check (length(name) between 1 and 200),
  question text,
  images integer not null default 0 check (images >= 0),
  created_at timestamptz not null default now()
);
comment on table winnow.collections is 'A set of images screened together for one question.';
comment on column winnow.collections.question is 'What is asked of each image, in words: "is this a person?"';
comment on column winnow.collections.images is 'How many images it has; kept by a trigger on collection_images.';

create table winnow.images (
  id integer generated always as identity primary key,
  sha256 bytea not null unique check (octet_length(sha256) = 32),
  bytes bigint not null check (bytes > 0),
  format text not null check (format in ('JPEG', 'PNG', 'WEBP', 'GIF', 'TIFF', 'AVIF')),
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  orientation smallint not null default 1 check (orientation between 1 and 8),
  frames integer not null default 1 check (frames > 0),
  phash bigint not null,
  created_at timestamptz not null default now()
);
comment on table winnow.images is 'One file, known by the SHA-256 of its bytes.';
comment on column winnow.images.format is 'What the bytes are, whatever the name says.';
comment on column winnow.images.orientation is 'The EXIF orientation, 1 to 8; 1 when there is none.';
comment on column winnow.images.frames is 'Pictures in the file; only the first is looked at.';
comment on column winnow.images.width is 'Pixels, after the EXIF orientation is applied.';
comment on column winnow.images.height is 'Pixels, after the EXIF orientation is applied.';
comment on column winnow.images.phash is '64-bit perceptual hash; near-identical pictures differ in few bits.';

create table winnow.collection_images (
  collection_id integer not null references winnow.collections on delete cascade,
  image_id integer not null references winnow.images on delete cascade,
  added_at timestamptz not null default now(),
  primary key (collection_id, image_id)
);
create index collection_images_image on winnow.collection_images (image_id);
comment on table winnow.collection_images is 'Which images a collection has; one image may be in several.';

-- A statement that adds or removes any number of images moves the collection's count once.
create function winnow.count_added_images() returns trigger language plpgsql as $$
begin
  update winnow.collections c set images = c.images + n.images
    from (select collection_id, count(*) as images from added group by collection_id) n
    where c.id = n.collection_id;
  return null;
end $$;
create function winnow.count_removed_images() returns trigger language plpgsql as $$
begin
  update winnow.collections c set images = c.images - n.images
    from (select collection_id, count(*) as images from removed group by collection_id) n
    where c.id = n.collection_id;
  return null;
end $$;
create trigger count_added_images after insert on winnow.collection_images
  referencing new table as added for each statement execute function winnow.count_added_images();
create trigger count_removed_images after delete on winnow.collection_images
  referencing old table as removed for each statement execute function winnow.count_removed_images();

create function winnow.uri_key(uri text) returns bytea
  language sql immutable parallel safe strict
  return sha256(convert_to(uri, 'UTF8'));
comment on function winnow.uri_key is 'What a uri is looked up by: where winnow.uri_key(uri) = winnow.uri_key(...).';

create table winnow.sources (
  id integer generated always as identity primary key,
  uri text not null check (uri <> ''),
  image_id integer references winnow.images on delete cascade,
  refused text,
  bytes bigint not null check (bytes >= 0),
  modified_at timestamptz,
  found_at timestamptz not null default now(),
  replaced_at timestamptz,
  check ((image_id is null) <> (refused is null))
);
-- By a hash of the uri: a path may be longer than a b-tree entry may be.
create unique index sources_current on winnow.sources (winnow.uri_key(uri)) where replaced_at is null;
create index sources_image on winnow.sources (image_id);
comment on table winnow.sources is 'Where an image was found: an absolute path or a URL. A row is current until replaced_at is set.';
comment on column winnow.sources.bytes is 'Size of the file when it was read.';
comment on column winnow.sources.modified_at is 'Modification time of the file when it was read; a file with another size or time is read again.';
comment on column winnow.sources.replaced_at is 'When other bytes were found at this uri.';
comment on column winnow.sources.refused is 'The failure code, when the file at this uri is no usable image.';

create table winnow.labels (
  id integer generated always as identity primary key,
  collection_id integer not null,
  image_id integer not null,
  value text not null check (value in ('POSITIVE', 'NEGATIVE')),
  origin text not null check (origin in ('FOLDER', 'HAND', 'IMPORT')),
  who text not null check (who <> ''),
  created_at timestamptz not null default now(),
  superseded_at timestamptz,
  superseded_by text,
  foreign key (collection_id, image_id) references winnow.collection_images on delete cascade
);
create unique index labels_in_force on winnow.labels (collection_id, image_id) where superseded_at is null;
create index labels_history on winnow.labels (image_id, collection_id);
comment on table winnow.labels is 'Every label ever given. The one in force has no superseded_at. Labels belong to the collection and outlive models.';
comment on column winnow.labels.origin is 'FOLDER and IMPORT give way to later labels; HAND gives way only to HAND.';
comment on column winnow.labels.superseded_by is 'Who gave the next label or withdrew this one.';

create table winnow.backbones (
  id smallint generated always as identity primary key,
  name text not null,
  fingerprint text not null unique,
  size integer not null check (size > 0),
  dimensions integer not null check (dimensions > 0),
  spec jsonb not null,
  created_at timestamptz not null default now()
);
comment on table winnow.backbones is 'A pretrained network together with its preprocessing. The fingerprint covers everything that changes pixels or features.';

create table winnow.features (
  backbone_id smallint not null references winnow.backbones on delete cascade,
  image_id integer not null references winnow.images on delete cascade,
  vector bytea not null,
  primary key (backbone_id, image_id)
);
-- Vectors do not compress, and a row of up to 8 kB stays in its page: reading features in bulk then never visits TOAST.
alter table winnow.features alter column vector set storage external;
alter table winnow.features set (toast_tuple_target = 8160);
comment on table winnow.features is 'What a backbone makes of an image, once per image and fingerprint.';
comment on column winnow.features.vector is 'Little-endian IEEE 754 binary16 numbers, as many as backbones.dimensions.';

create table winnow.runs (
  id integer generated always as identity primary key,
  collection_id integer not null references winnow.collections on delete cascade,
  stage text not null check (stage in ('INGEST', 'RESIZE', 'EMBED', 'TRAIN', 'CLASSIFY', 'EXPORT')),
  state text not null default 'QUEUED' check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  options jsonb not null default '{}',
  requested_by text not null default 'local' check (requested_by <> ''),
  total integer check (total >= 0),
  done integer not null default 0 check (done >= 0),
  skipped integer not null default 0 check (skipped >= 0),
  failed integer not null default 0 check (failed >= 0),
  outcome jsonb not null default '{}',
  error_code text,
  error_message text,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index runs_collection on winnow.runs (collection_id, id);
create index runs_unfinished on winnow.runs (collection_id, id) where finished_at is null;
comment on table winnow.runs is 'One execution of a stage. Every change is announced on the channel winnow_run with the id.';
comment on column winnow.runs.options is 'What was asked for, with the defaults filled in.';
comment on column winnow.runs.skipped is 'Items that needed no work: unchanged, or done by an earlier run.';
comment on column winnow.runs.outcome is 'What came of it: counts, timings, the model or the export made.';
comment on column winnow.runs.cancel_requested_at is 'A worker stops at the next batch after this is set.';
comment on column winnow.runs.total is 'Items to go through, once known. done + skipped + failed = total when the run has succeeded.';

create table winnow.run_chunks (
  run_id integer not null references winnow.runs on delete cascade,
  number integer not null,
  span jsonb not null,
  finished_at timestamptz,
  primary key (run_id, number)
);
comment on column winnow.run_chunks.span is 'What the piece covers: a range of image ids, a list of files.';
comment on table winnow.run_chunks is 'Pieces of a run that workers take one at a time; a piece is finished in the transaction that counts it.';

create table winnow.failures (
  id integer generated always as identity primary key,
  run_id integer not null references winnow.runs on delete cascade,
  stage text not null,
  image_id integer references winnow.images on delete cascade,
  uri text,
  attempt integer not null default 1 check (attempt > 0),
  code text not null,
  message text not null,
  created_at timestamptz not null default now(),
  check (image_id is not null or uri is not null)
);
create index failures_run on winnow.failures (run_id, id);
-- An item that a run goes through again after an interruption fails once.
create unique index failures_image_once on winnow.failures (image_id, stage, run_id, code) where image_id is not null;
create unique index failures_uri_once on winnow.failures (winnow.uri_key(uri), stage, run_id, code) where image_id is null;
comment on table winnow.failures is 'What went wrong with one image, or with one file that is no image. A failure never stops a run.';
comment on column winnow.failures.attempt is '1 in the first run in which this item failed at this stage, 2 in the second, ...';

create table winnow.models (
  id integer generated always as identity primary key,
  collection_id integer not null references winnow.collections on delete cascade,
  number integer not null check (number > 0),
  backbone_id smallint not null references winnow.backbones,
  run_id integer not null unique references winnow.runs,
  head text not null check (head in ('LINEAR', 'MLP')),
  options jsonb not null,
  fingerprint text not null,
  labels_digest text not null,
  directory text not null,
  positives integer not null,
  negatives integer not null,
  chosen_epoch integer not null,
  metrics jsonb not null,
  created_at timestamptz not null default now(),
  unique (collection_id, number)
);
comment on table winnow.models is 'A trained filter: v1, v2, ... of its collection.';
comment on column winnow.models.run_id is 'The TRAIN run that made it.';
comment on column winnow.models.fingerprint is 'Of the model files; the backbone has its own.';
comment on column winnow.models.labels_digest is 'SHA-256 over the labels it learnt from, in order of the images'' hashes.';
comment on column winnow.models.metrics is 'Measured on the validation part.';
comment on column winnow.models.directory is 'Where the model files are, relative to WINNOW_HOME.';

create table winnow.model_labels (
  model_id integer not null references winnow.models on delete cascade,
  image_id integer not null references winnow.images on delete cascade,
  value text not null check (value in ('POSITIVE', 'NEGATIVE')),
  part text not null check (part in ('TRAINING', 'VALIDATION')),
  primary key (model_id, image_id)
);
comment on table winnow.model_labels is 'The labels a model learnt from, as they were then.';

create table winnow.epochs (
  run_id integer not null references winnow.runs on delete cascade,
  epoch integer not null check (epoch > 0),
  loss real not null,
  validation_loss real not null,
  validation_auc real,
  validation_accuracy real not null,
  seconds real not null,
  primary key (run_id, epoch)
);

comment on table winnow.epochs is 'The course of a TRAIN run, epoch by epoch.';
comment on column winnow.epochs.loss is 'Mean binary cross-entropy on the training part.';

create table winnow.thresholds (
  id integer generated always as identity primary key,
  model_id integer not null references winnow.models on delete cascade,
  value real not null check (value between 0 and 1),
  note text,
  who text not null check (who <> ''),
  created_at timestamptz not null default now()
);
create index thresholds_model on winnow.thresholds (model_id, id);
comment on table winnow.thresholds is 'Appended to, never changed: the newest row of a model is in force.';

-- One partition a model: a classify run fills a table of its own with COPY and attaches it; deleting a model drops it.
-- No foreign key to images: its check costs more than everything else in the write.
create table winnow.scores (
  model_id integer not null,
  image_id integer not null,
  logit real not null,
  score real not null check (score between 0 and 1),
  primary key (model_id, image_id)
) partition by list (model_id);
create index scores_by_score on winnow.scores (model_id, score, image_id);
comment on table winnow.scores is 'What a model says of an image: one partition a model.';
comment on column winnow.scores.logit is 'What the head gave; score = 1 / (1 + exp(-logit)).';

-- Which of 10,000 equal bins a score falls into. Monotone in score, so counts above any threshold are
-- the bins above its bin plus a scan of that one bin.
-- Not strict, or it would be called for every row instead of being part of the statement: strict would need every operator
-- in it to be so, and least is not.
create function winnow.score_bin(score real) returns integer
  language sql immutable parallel safe
  return least(floor(score::double precision * 10000)::integer, 9999);

comment on function winnow.score_bin is 'The bin, 0 to 9999, of a score.';

create table winnow.score_bins (
  model_id integer not null references winnow.models on delete cascade,
  bin smallint not null check (bin between 0 and 9999),
  images integer not null check (images >= 0),
  primary key (model_id, bin)
);
comment on table winnow.score_bins is 'How many scores of a model fall into each bin; kept in the transaction that writes the scores.';

create table winnow.exports (
  id integer generated always as identity primary key,
  collection_id integer not null references winnow.collections on delete cascade,
  directory text not null unique,
  created_at timestamptz not null default now()
);
comment on table winnow.exports is 'A directory that holds ok/ and ng/ of a collection.';
comment on column winnow.exports.directory is 'Absolute path.';

create table winnow.export_files (
  export_id integer not null references winnow.exports on delete cascade,
  image_id integer not null references winnow.images on delete cascade,
  verdict text not null check (verdict in ('OK', 'NG')),
  name text not null check (name <> ''),
  name_key text not null,
  mode text not null check (mode in ('COPY', 'HARDLINK', 'SYMLINK', 'MOVE')),
  source text not null,
  placed_at timestamptz,
  primary key (export_id, image_id)
);
create unique index export_files_name on winnow.export_files (export_id, name_key);
comment on column winnow.export_files.name is 'It stands at <directory>/ok/<name> or <directory>/ng/<name>.';
comment on column winnow.export_files.name_key is 'The name as a file system sees it that knows no upper and lower case.';
comment on column winnow.export_files.source is 'The path it was taken from; where a moved file goes back to.';
comment on column winnow.export_files.placed_at is 'Null while the file is being put where verdict says: it may stand there, in the other folder, or not yet anywhere.';
comment on table winnow.export_files is 'What stands in an export directory. Written before the file is touched; placed_at is set after.';

create table winnow.worker_pools (
  pool_id text primary key,
  backend_pid integer not null,
  backend_start timestamptz not null,
  created_at timestamptz not null default now()
);
comment on table winnow.worker_pools is 'Live workers, by the database session that vouches for them; jobs of the dead are taken back.';
`;
