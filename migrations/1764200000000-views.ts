import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Views for other people's tools, and a role that may only read. Like the tables: add columns at the end, do not rename. */
export class Views1764200000000 implements MigrationInterface {
  readonly name = 'Views1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const SQL = /* sql */ `
-- Everything but the keys is looked up by them, so that what a query leaves out costs nothing, and a filter by model,
-- or by collection and latest, reads the scores of that model alone.
create view winnow.verdicts as
select c.name as collection, m.number as model, t.value as threshold,
       m.number = (select max(n.number) from winnow.models n
                    where n.collection_id = m.collection_id
                      and exists (select from winnow.score_bins b where b.model_id = n.id)) is true as latest,
       ci.image_id, encode(i.sha256, 'hex') as sha256,
       (select u.uri from winnow.sources u where u.image_id = ci.image_id and u.replaced_at is null order by u.id limit 1) as uri,
       s.score, s.logit, l.value as label, l.who as labelled_by, l.created_at as labelled_at,
       case l.value when 'POSITIVE' then 'OK' when 'NEGATIVE' then 'NG'
         else case when s.score >= t.value then 'OK' when s.score < t.value then 'NG' end end as verdict,
       c.id as collection_id, m.id as model_id, t.id as threshold_id
  from winnow.models m
  join winnow.collections c on c.id = m.collection_id
  left join lateral (select t.id, t.value from winnow.thresholds t where t.model_id = m.id order by t.id desc limit 1) t on true
  join winnow.collection_images ci on ci.collection_id = m.collection_id
  left join winnow.images i on i.id = ci.image_id
  left join winnow.scores s on s.model_id = m.id and s.image_id = ci.image_id
  left join winnow.labels l on l.collection_id = ci.collection_id and l.image_id = ci.image_id and l.superseded_at is null;
comment on view winnow.verdicts is 'What each model makes of each image of its collection, at the threshold in force now. Say which collection and model (or latest): all of them is a row for each image and model.';
comment on column winnow.verdicts.collection is 'The name of the collection.';
comment on column winnow.verdicts.model is 'The number of the model in its collection: 1 for v1.';
comment on column winnow.verdicts.threshold is 'The threshold in force of the model.';
comment on column winnow.verdicts.latest is 'Whether it is the newest model of its collection that has scores.';
comment on column winnow.verdicts.image_id is 'images.id.';
comment on column winnow.verdicts.sha256 is 'SHA-256 of the file, as 64 hex digits.';
comment on column winnow.verdicts.uri is 'Where the image is found now, the place known longest; null when it is nowhere any more.';
comment on column winnow.verdicts.score is '0 to 1; null when the model has not seen the image.';
comment on column winnow.verdicts.logit is 'score = 1 / (1 + exp(-logit)).';
comment on column winnow.verdicts.label is 'POSITIVE or NEGATIVE as a human said, or null.';
comment on column winnow.verdicts.labelled_by is 'Who gave the label.';
comment on column winnow.verdicts.labelled_at is 'When the label was given.';
comment on column winnow.verdicts.verdict is 'OK or NG: the label if there is one, else whether the score reaches the threshold; null without both.';
comment on column winnow.verdicts.collection_id is 'collections.id.';
comment on column winnow.verdicts.model_id is 'models.id.';
comment on column winnow.verdicts.threshold_id is 'thresholds.id.';

create view winnow.scores_latest as
select c.name as collection, m.number as model, s.image_id, s.score, s.logit, c.id as collection_id, m.id as model_id
  from winnow.collections c
  join lateral (select m.id, m.number from winnow.models m
                 where m.collection_id = c.id and exists (select from winnow.score_bins b where b.model_id = m.id)
                 order by m.number desc limit 1) m on true
  join winnow.scores s on s.model_id = m.id;
comment on view winnow.scores_latest is 'The scores of each collection by the newest of its models that has any.';
comment on column winnow.scores_latest.collection is 'The name of the collection.';
comment on column winnow.scores_latest.model is 'The number of the model in its collection.';
comment on column winnow.scores_latest.image_id is 'images.id.';
comment on column winnow.scores_latest.score is '0 to 1.';
comment on column winnow.scores_latest.logit is 'score = 1 / (1 + exp(-logit)).';
comment on column winnow.scores_latest.collection_id is 'collections.id.';
comment on column winnow.scores_latest.model_id is 'models.id.';

-- Roles belong to the whole server. Where we may not make them, an administrator does: docs/catalog.md.
do $$
begin
  if not exists (select from pg_roles where rolname = 'winnow_read') then
    create role winnow_read nologin;
  end if;
exception when insufficient_privilege or duplicate_object or unique_violation then
  null;
end $$;
do $$
begin
  if exists (select from pg_roles where rolname = 'winnow_read') then
    grant usage on schema winnow to winnow_read;
    grant select on all tables in schema winnow to winnow_read;
    alter default privileges in schema winnow grant select on tables to winnow_read;
  end if;
end $$;
`;
