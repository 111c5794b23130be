import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scores are calibrated, and every label may be judged by a head that has not learnt from it. */
export class Calibration1764700000000 implements MigrationInterface {
  readonly name = 'Calibration1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only. Restore a backup to go back.'));
  }
}

const SQL = /* sql */ `
alter table winnow.model_labels add column held_out_logit real, add column held_out_score real check (held_out_score between 0 and 1);
comment on table winnow.model_labels is 'The labels a model learnt from or was judged by, as they were then.';
comment on column winnow.model_labels.part is 'TRAINING: the model learnt from it. VALIDATION: it was held out.';
comment on column winnow.model_labels.held_out_logit is 'What a head that had not learnt from this label made of it. A label of the part TRAINING has one where a head of the other folds judged it.';
comment on column winnow.model_labels.held_out_score is 'The calibrated score of held_out_logit. Curves, goals and metrics rest on it.';

alter table winnow.models add column calibration jsonb;
update winnow.models set calibration =
  '{"kind": "NONE", "slope": 1, "intercept": 0, "labelBalance": null, "balance": null, "sample": 0, "reason": null}';
alter table winnow.models alter column calibration set not null;
comment on column winnow.models.calibration is 'How scores are made of logits: score = 1 / (1 + exp(-(slope * logit + intercept))); and how that was found.';
comment on column winnow.models.metrics is 'Measured on labels by heads that had not learnt from them.';

comment on column winnow.scores.logit is 'What the head gave, before calibration: score = 1 / (1 + exp(-(slope * logit + intercept))), by models.calibration.';
comment on column winnow.verdicts.logit is 'What the head gave, before the calibration that makes the score.';
comment on column winnow.scores_latest.logit is 'What the head gave, before the calibration that makes the score.';
`;
