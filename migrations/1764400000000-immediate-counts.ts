import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The histogram of scores knows the labels too, and keeps totals over 100 bins each: counting at a threshold reads 200 rows. */
export class ImmediateCounts1764400000000 implements MigrationInterface {
  readonly name = 'ImmediateCounts1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const SQL = /* sql */ `
-- In the collation whose statistics the planner can use: else it takes every prefix for a rare one.
drop index winnow.sources_prefix;
create index sources_prefix on winnow.sources (left(uri, 200) collate "C") where replaced_at is null;

lock table winnow.labels, winnow.score_bins in share row exclusive mode;

alter table winnow.collections
  add column positives integer not null default 0 check (positives >= 0),
  add column negatives integer not null default 0 check (negatives >= 0);
comment on column winnow.collections.positives is 'How many of its images are labelled POSITIVE now; kept by a trigger on labels.';
comment on column winnow.collections.negatives is 'How many of its images are labelled NEGATIVE now; kept by a trigger on labels.';

alter table winnow.score_bins
  add column positives integer not null default 0 check (positives >= 0),
  add column negatives integer not null default 0 check (negatives >= 0);
comment on column winnow.score_bins.positives is 'How many of these images are labelled POSITIVE now; kept by a trigger on labels.';
comment on column winnow.score_bins.negatives is 'How many of these images are labelled NEGATIVE now; kept by a trigger on labels.';

create table winnow.score_totals (
  model_id integer not null references winnow.models on delete cascade,
  hundred smallint not null check (hundred between 0 and 99),
  images integer not null check (images >= 0),
  positives integer not null check (positives >= 0),
  negatives integer not null check (negatives >= 0),
  primary key (model_id, hundred)
);
comment on table winnow.score_totals is 'Sums over a hundred bins of score_bins each, from bin hundred * 100 on; kept by triggers on it.';

create function winnow.add_to_score_totals() returns trigger language plpgsql as $$
begin
  insert into winnow.score_totals as t (model_id, hundred, images, positives, negatives)
    select model_id, bin / 100, sum(images), sum(positives), sum(negatives) from added group by 1, 2
    on conflict (model_id, hundred) do update set images = t.images + excluded.images,
      positives = t.positives + excluded.positives, negatives = t.negatives + excluded.negatives;
  return null;
end $$;
create function winnow.take_from_score_totals() returns trigger language plpgsql as $$
begin
  update winnow.score_totals t
     set images = t.images - n.images, positives = t.positives - n.positives, negatives = t.negatives - n.negatives
    from (select model_id, bin / 100 as hundred, sum(images) as images, sum(positives) as positives, sum(negatives) as negatives
            from removed group by 1, 2) n
    where t.model_id = n.model_id and t.hundred = n.hundred;
  return null;
end $$;
-- A change adds what is new before it takes what was: no total ever falls below nothing. In order of the triggers' names.
create trigger a_add_inserted after insert on winnow.score_bins
  referencing new table as added for each statement execute function winnow.add_to_score_totals();
create trigger a_add_updated after update on winnow.score_bins
  referencing new table as added for each statement execute function winnow.add_to_score_totals();
create trigger b_take_updated after update on winnow.score_bins
  referencing old table as removed for each statement execute function winnow.take_from_score_totals();
create trigger b_take_deleted after delete on winnow.score_bins
  referencing old table as removed for each statement execute function winnow.take_from_score_totals();

-- Whoever changes labels or scores of a collection holds its row first (lockCollection), so neither misses the other.
-- Lateral with offset 0: a look-up for each label, never a scan of all scores.
create function winnow.count_labels(collections integer[], images integer[], labels text[], step integer)
  returns void language plpgsql as $$
begin
  update winnow.collections c set positives = c.positives + step * n.positives, negatives = c.negatives + step * n.negatives
    from (select collection_id, count(*) filter (where value = 'POSITIVE') as positives,
                 count(*) filter (where value = 'NEGATIVE') as negatives
            from unnest(collections, labels) as l (collection_id, value) group by 1) n
    where c.id = n.collection_id;
  update winnow.score_bins b set positives = b.positives + step * n.positives, negatives = b.negatives + step * n.negatives
    from (select m.id as model_id, winnow.score_bin(s.score) as bin, count(*) filter (where l.value = 'POSITIVE') as positives,
                 count(*) filter (where l.value = 'NEGATIVE') as negatives
            from unnest(collections, images, labels) as l (collection_id, image_id, value)
            join winnow.models m on m.collection_id = l.collection_id
           cross join lateral (select score from winnow.scores where model_id = m.id and image_id = l.image_id offset 0) s
           group by 1, 2) n
    where b.model_id = n.model_id and b.bin = n.bin;
end $$;
create function winnow.count_label_changes() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    perform winnow.count_labels(array_agg(collection_id), array_agg(image_id), array_agg(value), -1)
      from removed where superseded_at is null having count(*) > 0;
  end if;
  if tg_op <> 'DELETE' then
    perform winnow.count_labels(array_agg(collection_id), array_agg(image_id), array_agg(value), 1)
      from added where superseded_at is null having count(*) > 0;
  end if;
  return null;
end $$;
create trigger count_inserted after insert on winnow.labels
  referencing new table as added for each statement execute function winnow.count_label_changes();
create trigger count_updated after update on winnow.labels
  referencing old table as removed new table as added for each statement execute function winnow.count_label_changes();
create trigger count_deleted after delete on winnow.labels
  referencing old table as removed for each statement execute function winnow.count_label_changes();

update winnow.collections c set positives = n.positives, negatives = n.negatives
  from (select collection_id, count(*) filter (where value = 'POSITIVE') as positives,
               count(*) filter (where value = 'NEGATIVE') as negatives
          from winnow.labels where superseded_at is null group by 1) n
  where c.id = n.collection_id;
insert into winnow.score_totals (model_id, hundred, images, positives, negatives)
  select model_id, bin / 100, sum(images), 0, 0 from winnow.score_bins group by 1, 2;
update winnow.score_bins b set positives = n.positives, negatives = n.negatives
  from (select m.id as model_id, winnow.score_bin(s.score) as bin, count(*) filter (where l.value = 'POSITIVE') as positives,
               count(*) filter (where l.value = 'NEGATIVE') as negatives
          from winnow.labels l
          join winnow.models m on m.collection_id = l.collection_id
         cross join lateral (select score from winnow.scores where model_id = m.id and image_id = l.image_id offset 0) s
         where l.superseded_at is null group by 1, 2) n
  where b.model_id = n.model_id and b.bin = n.bin;
`;
